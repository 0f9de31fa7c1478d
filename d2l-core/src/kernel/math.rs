//! Numbers, and elementary functions as branch-free polynomials that the compiler can vectorise.
//!
//! Both the f32 and the f64 functions are within 2 ulp of the exact value, infinities, NaN and subnormals
//! included, but for these: `sigmoid` (2.4 ulp); `erf` in f32 (6 ulp, which near 1 is 4e-7); `sin` and
//! `cos` next to their zeros, where the error is at most 1 ulp of 1, and for |x| > 1e8, where it is
//! |x| 2^-53. Each takes the constant `FMA` of its [`simd!`]
//! shell. Bool tensors are bytes 0 and 1.
//!
//! [`simd!`]: super::simd

/// `c₀ xⁿ + … + cₙ` by the `fma` of the module, written out: nothing for the compiler to unroll.
macro_rules! poly {
    ($fma:ident, $x:expr, [$first:expr $(, $c:expr)* $(,)?] $(,)?) => {{
        let x = $x;
        let y = $first;
        $(let y = fma::<$fma>(y, x, $c);)*
        y
    }};
}
mod poly;
mod poly64;

use super::gemm::Tiles;
use std::{
    f64::consts::TAU,
    ops::{Add, Div, Mul, Neg, Sub},
};

/// An element type that kernels compute with. Integers wrap around.
pub trait Num: Copy + PartialOrd + PartialEq + Send + Sync + Default + 'static {
    /// Whether it is a float.
    const FLOAT: bool;
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// The least value: the start of a maximum.
    const LOWEST: Self;
    /// The greatest value: the start of a minimum.
    const HIGHEST: Self;
    /// `self + b`.
    fn plus(self, b: Self) -> Self;
    /// `self - b`.
    fn minus(self, b: Self) -> Self;
    /// `self * b`.
    fn times(self, b: Self) -> Self;
    /// The nearest value of this type; truncates towards zero for integers.
    fn from_f64(x: f64) -> Self;
    /// The value as f64.
    fn to_f64(self) -> f64;
    /// Whether this is NaN. Never for integers.
    #[inline(always)]
    fn is_nan(self) -> bool {
        #[expect(clippy::eq_op, reason = "only a NaN differs from itself")]
        (self != self)
    }
    /// The greater; NaN if one is NaN.
    #[inline(always)]
    fn max_nan(self, b: Self) -> Self {
        if self > b || self.is_nan() { self } else { b }
    }
    /// The lesser; NaN if one is NaN.
    #[inline(always)]
    fn min_nan(self, b: Self) -> Self {
        if self < b || self.is_nan() { self } else { b }
    }
}

macro_rules! float_num {
    ($($t:ident)*) => {$(
        impl Num for $t {
            const FLOAT: bool = true;
            const ZERO: $t = 0.0;
            const ONE: $t = 1.0;
            const LOWEST: $t = $t::NEG_INFINITY;
            const HIGHEST: $t = $t::INFINITY;
            #[inline(always)]
            fn plus(self, b: $t) -> $t { self + b }
            #[inline(always)]
            fn minus(self, b: $t) -> $t { self - b }
            #[inline(always)]
            fn times(self, b: $t) -> $t { self * b }
            #[inline(always)]
            fn from_f64(x: f64) -> $t { x as $t }
            #[inline(always)]
            fn to_f64(self) -> f64 { self as f64 }
        }
    )*};
}
float_num!(f32 f64);

macro_rules! int_num {
    ($($t:ident)*) => {$(
        impl Num for $t {
            const FLOAT: bool = false;
            const ZERO: $t = 0;
            const ONE: $t = 1;
            const LOWEST: $t = $t::MIN;
            const HIGHEST: $t = $t::MAX;
            #[inline(always)]
            fn plus(self, b: $t) -> $t { self.wrapping_add(b) }
            #[inline(always)]
            fn minus(self, b: $t) -> $t { self.wrapping_sub(b) }
            #[inline(always)]
            fn times(self, b: $t) -> $t { self.wrapping_mul(b) }
            #[inline(always)]
            fn from_f64(x: f64) -> $t { x as $t }
            #[inline(always)]
            fn to_f64(self) -> f64 { self as f64 }
        }
    )*};
}
int_num!(i64 u8);

/// f32 and f64. Each function takes the constant of the shell that it is inlined into.
pub trait Float:
    Num
    + Tiles
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
{
    /// `self * b + c`, rounded once where `FMA` says that this is an instruction.
    fn fma<const FMA: bool>(self, b: Self, c: Self) -> Self;
    /// e^x.
    fn exp_in<const FMA: bool>(self) -> Self;
    /// e^x - 1, accurate near 0.
    fn expm1_in<const FMA: bool>(self) -> Self;
    /// The natural logarithm.
    fn ln_in<const FMA: bool>(self) -> Self;
    /// ln(1 + x), accurate near 0.
    fn log1p_in<const FMA: bool>(self) -> Self;
    /// The square root.
    fn sqrt_in<const FMA: bool>(self) -> Self;
    /// The hyperbolic tangent.
    fn tanh_in<const FMA: bool>(self) -> Self;
    /// 1 / (1 + e^-x).
    fn sigmoid_in<const FMA: bool>(self) -> Self;
    /// The error function.
    fn erf_in<const FMA: bool>(self) -> Self;
    /// The sine.
    fn sin_in<const FMA: bool>(self) -> Self;
    /// The cosine.
    fn cos_in<const FMA: bool>(self) -> Self;
    /// `self^y`, with the special cases of IEEE 754.
    fn powf_in<const FMA: bool>(self, y: Self) -> Self;
    /// |x|.
    fn abs_in(self) -> Self;
    /// cos(2πx), for |x| < 2^20.
    fn cos_2pi_in<const FMA: bool>(self) -> Self;
    /// sin(2πx), for |x| < 2^20.
    fn sin_2pi_in<const FMA: bool>(self) -> Self;
}

/// The methods of [`Float`], each by a function of one argument.
macro_rules! float {
    ($t:ident: $powf:expr; $($name:ident = $f:expr,)*) => {
        #[inline(always)]
        fn abs_in(self) -> $t {
            self.abs()
        }
        #[inline(always)]
        fn powf_in<const FMA: bool>(self, y: $t) -> $t {
            $powf(self, y)
        }
        #[inline(always)]
        fn fma<const FMA: bool>(self, b: $t, c: $t) -> $t {
            if FMA { self.mul_add(b, c) } else { self * b + c }
        }
        $(
        #[inline(always)]
        fn $name<const FMA: bool>(self) -> $t {
            $f(self)
        }
        )*
    };
}

impl Float for f32 {
    float! { f32: poly::powf::<FMA>;
        exp_in = poly::exp::<FMA>,
        expm1_in = poly::expm1::<FMA>,
        ln_in = poly::ln::<FMA>,
        log1p_in = poly::log1p::<FMA>,
        sqrt_in = f32::sqrt,
        tanh_in = poly::tanh::<FMA>,
        sigmoid_in = poly::sigmoid::<FMA>,
        erf_in = poly::erf::<FMA>,
        sin_in = poly::sin::<FMA>,
        cos_in = poly::cos::<FMA>,
        cos_2pi_in = poly::cos_2pi::<FMA>,
        sin_2pi_in = poly::sin_2pi::<FMA>,
    }
}

impl Float for f64 {
    float! { f64: poly64::powf::<FMA>;
        exp_in = poly64::exp::<FMA>,
        expm1_in = poly64::expm1::<FMA>,
        ln_in = poly64::ln::<FMA>,
        log1p_in = poly64::log1p::<FMA>,
        sqrt_in = f64::sqrt,
        tanh_in = poly64::tanh::<FMA>,
        sigmoid_in = poly64::sigmoid::<FMA>,
        erf_in = poly64::erf::<FMA>,
        sin_in = poly64::sin::<FMA>,
        cos_in = poly64::cos::<FMA>,
        cos_2pi_in = |x: f64| (TAU * (x - x.round())).cos(),
        sin_2pi_in = |x: f64| (TAU * (x - x.round())).sin(),
    }
}

/// A named function of one element, for `elementwise::map_math`: unlike a closure it can use fused
/// operations, and it is always inlined into the vector loop.
pub trait MathFn<T>: Copy + Sync {
    /// The function at `x`.
    fn call<const FMA: bool>(x: T) -> T;
}

macro_rules! math_fns {
    ($($(#[$doc:meta])* $name:ident = $method:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name;
        impl<T: Float> MathFn<T> for $name {
            #[inline(always)]
            fn call<const FMA: bool>(x: T) -> T {
                x.$method::<FMA>()
            }
        }
    )*};
}
math_fns! {
    /// e^x.
    Exp = exp_in;
    /// e^x - 1.
    Expm1 = expm1_in;
    /// The natural logarithm.
    Ln = ln_in;
    /// ln(1 + x).
    Log1p = log1p_in;
}

#[cfg(test)]
mod tests;
