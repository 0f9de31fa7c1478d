//! Division with remainder. The quotient of `floor_divide` belongs to `remainder` (Python's `//` and
//! `%`), that of `trunc_divide` to `fmod` (C's and Rust's `%`).
use super::{
    binary::{Pair, Takes, pair},
    operand::{IntoOperand, Operand},
    walk,
};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::{math::Num, storage::Plain},
    tensor::wide,
};

macro_rules! divisions {
    ($($(#[$doc:meta])* $name:ident $which:ident;)*) => { impl Tensor { $(
        $(#[$doc])*
        ///
        /// Shapes broadcast and dtypes promote as in PyTorch.
        ///
        /// # Panics
        /// If the shapes do not broadcast, for bools, and if an integer is divided by 0.
        #[track_caller]
        pub fn $name(&self, other: impl IntoOperand) -> Tensor {
            ok!(divide(stringify!($name), Which::$which, self, other.operand()))
        }
    )* } };
}
divisions! {
    /// `self / other` rounded down, also for floats. The gradient is 0. PyTorch's
    /// `div(rounding_mode="floor")`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7, -7]).floor_divide(2), Tensor::from([3, -4]));
    /// ```
    floor_divide FloorQuotient;
    /// `self / other` rounded towards 0, also for floats. The gradient is 0. PyTorch's
    /// `div(rounding_mode="trunc")`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7, -7]).trunc_divide(2), Tensor::from([3, -3]));
    /// ```
    trunc_divide TruncQuotient;
    /// What [`Tensor::floor_divide`] leaves over, with the sign of `other`: Python's `%`. Gradients: 1
    /// and minus the quotient.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7.5, -7.0]).remainder(2), Tensor::from([1.5, 1.0]));
    /// ```
    remainder FloorRest;
    /// What [`Tensor::trunc_divide`] leaves over, with the sign of `self`: Rust's `%`. Gradients: 1
    /// and minus the quotient.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7.5, -7.0]).fmod(2), Tensor::from([1.5, -1.0]));
    /// ```
    fmod TruncRest;
}

#[derive(Clone, Copy)]
enum Which {
    FloorQuotient,
    FloorRest,
    TruncQuotient,
    TruncRest,
}

fn divide(op: &'static str, which: Which, x: &Tensor, y: Operand<'_>) -> Result<Tensor> {
    let Pair { x, y, shape, dtype } = pair(op, Takes::Numbers, x, y)?;
    if !dtype.is_float() && shape.numel() > 0 && y.eq(0).any() {
        bail!(op, Value, "an integer was divided by zero");
    }
    let out =
        wide!(x.dtype(), T => walk::zip::<T, T, T>(&x, &y, shape, x.dtype(), which.function()));
    let (a, b) = (x.saved(op), y.saved(op));
    Ok(walk::narrow(out, dtype).record(op, [&x, &y], move |g, cx| {
        let by_x = || which.by_x(g).sum_to(a.dims());
        let by_y = || which.by_y(g, &a, &b).sum_to(b.dims());
        [cx.needs(0, by_x), cx.needs(1, by_y)]
    }))
}

impl Which {
    fn function<T: Divide>(self) -> fn(T, T) -> T {
        match self {
            Which::FloorQuotient => T::div_floor,
            Which::FloorRest => T::rem_floor,
            Which::TruncQuotient => T::div_trunc,
            Which::TruncRest => T::rem_trunc,
        }
    }

    fn by_x(self, g: &Tensor) -> Tensor {
        match self {
            Which::FloorQuotient | Which::TruncQuotient => g.zeros_like(),
            Which::FloorRest | Which::TruncRest => g.clone(),
        }
    }

    fn by_y(self, g: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
        match self {
            Which::FloorQuotient | Which::TruncQuotient => g.zeros_like(),
            Which::FloorRest => -(g * x.floor_divide(y)),
            Which::TruncRest => -(g * x.trunc_divide(y)),
        }
    }
}

/// Quotients and remainders of one number type.
trait Divide: Num + Plain {
    fn rem_trunc(self, y: Self) -> Self;
    fn div_trunc(self, y: Self) -> Self;
    fn rem_floor(self, y: Self) -> Self;
    fn div_floor(self, y: Self) -> Self;
}

/// True if the remainder `r` after cutting the quotient has the wrong sign for rounding it down.
fn is_off<T: Num>(r: T, y: T) -> bool {
    r != T::ZERO && (r < T::ZERO) != (y < T::ZERO)
}

macro_rules! divide_floats {
    ($($t:ident)*) => { $(
        impl Divide for $t {
            fn rem_trunc(self, y: $t) -> $t {
                self % y
            }
            fn div_trunc(self, y: $t) -> $t {
                (self / y).trunc()
            }
            fn rem_floor(self, y: $t) -> $t {
                let r = self % y;
                if is_off(r, y) { r + y } else { r }
            }
            // From the exact remainder: the rounded quotient may lie on the wrong side.
            fn div_floor(self, y: $t) -> $t {
                if y == 0.0 {
                    return self / y;
                }
                let r = self % y;
                let q = (self - r) / y - if is_off(r, y) { 1.0 } else { 0.0 };
                if q == 0.0 { (0.0 as $t).copysign(self / y) } else { q.round() }
            }
        }
    )* };
}
divide_floats!(f32 f64);

// Zero divisors have been refused.
impl Divide for i64 {
    fn rem_trunc(self, y: i64) -> i64 {
        self.wrapping_rem(y)
    }
    fn div_trunc(self, y: i64) -> i64 {
        self.wrapping_div(y)
    }
    fn rem_floor(self, y: i64) -> i64 {
        let r = self.wrapping_rem(y);
        if is_off(r, y) { r + y } else { r }
    }
    fn div_floor(self, y: i64) -> i64 {
        self.wrapping_div(y) - i64::from(is_off(self.wrapping_rem(y), y))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(remainder, |x, y| x.remainder(y), [3, 4], [4]);
    gradcheck_test!(fmod, |x, y| x.fmod(y), [3, 1], [3, 4]);
    gradcheck_test!(floor_divide, |x, y| x.floor_divide(y) * x, [3, 4], [4]);
    gradcheck_test!(trunc_divide, |x, y| x.trunc_divide(y) * x, [3, 4], [4]);

    #[test]
    fn signs_are_those_of_python_and_of_rust() {
        let (x, y) = (Tensor::from([5, -5, 5, -5]), Tensor::from([3, 3, -3, -3]));
        assert_eq!(x.remainder(&y), Tensor::from([2, 1, -1, -2]));
        assert_eq!(x.floor_divide(&y), Tensor::from([1, -2, -2, 1]));
        assert_eq!(x.fmod(&y), Tensor::from([2, -2, 2, -2]));
        assert_eq!(x.float().remainder(&y), x.remainder(&y).float());
        assert_eq!(x.float().floor_divide(&y), x.floor_divide(&y).float());
        assert_eq!(
            Tensor::from(i64::MIN).floor_divide(-1),
            Tensor::from(i64::MIN)
        );
    }

    #[test]
    fn floats_are_divided_by_zero_as_ieee_says() {
        assert_eq!(
            Tensor::from([1.0]).floor_divide(0.0),
            Tensor::from([f32::INFINITY])
        );
        assert!(Tensor::from([1.0]).fmod(0.0).item().is_nan());
    }

    #[test]
    #[should_panic(expected = "remainder: an integer was divided by zero")]
    fn integers_are_not() {
        let _ = Tensor::from([1]).remainder(0);
    }
}
