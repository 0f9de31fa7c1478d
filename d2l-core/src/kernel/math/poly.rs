//! The f32 polynomials: reduce the argument, evaluate, scale; every case is a select, never a branch.
//! Coefficients are those of the Cephes library (Moshier), public since 1984; those of `tanh` and `erf` a
//! fit of the quotient, all of one sign so that nothing cancels.
use std::f32::consts::{LOG2_E, SQRT_2, TAU};

/// Adding this to |x| < 2^22 leaves the nearest integer in the low bits of the sum.
const MAGIC: f32 = 12_582_912.0;
/// ln 2 in two parts; the product of the first with a small integer is exact.
const LN2_HI: f32 = 0.693_359_4;
const LN2_LO: f32 = -2.121_944_4e-4;

#[inline(always)]
fn fma<const FMA: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FMA { a.mul_add(b, c) } else { a * b + c }
}

/// The nearest integer to `x`, as a float and as an integer.
#[inline(always)]
fn round(x: f32) -> (f32, i32) {
    let t = x + MAGIC;
    (
        t - MAGIC,
        (t.to_bits() as i32).wrapping_sub(MAGIC.to_bits() as i32),
    )
}

/// 2^k for a normal result.
#[inline(always)]
fn exp2i(k: i32) -> f32 {
    f32::from_bits((k.wrapping_add(127) as u32) << 23)
}

/// `x` between `lo` and `hi`; NaN stays.
#[inline(always)]
fn clamp(x: f32, lo: f32, hi: f32) -> f32 {
    let x = if x < lo { lo } else { x };
    if x > hi { hi } else { x }
}

/// `(e^r - 1, k)` with x = r + k ln 2 and |r| ≤ ln 2 / 2.
#[inline(always)]
fn reduced<const FMA: bool>(x: f32) -> (f32, i32) {
    let (n, k) = round(x * LOG2_E);
    let r = fma::<FMA>(n, -LN2_LO, fma::<FMA>(n, -LN2_HI, x));
    let p = poly!(
        FMA,
        r,
        [
            1.987_569_1e-4,
            1.398_199_9e-3,
            8.333_452e-3,
            4.166_579_6e-2,
            1.666_666_5e-1,
            0.5,
        ],
    );
    (fma::<FMA>(p, r * r, r), k)
}

#[inline(always)]
pub(super) fn exp<const FMA: bool>(x: f32) -> f32 {
    let (p, k) = reduced::<FMA>(clamp(x, -104.0, 89.0));
    // Two factors, since 2^k alone may overflow or be subnormal.
    (p + 1.0) * exp2i(k >> 1) * exp2i(k - (k >> 1))
}

#[inline(always)]
pub(super) fn expm1<const FMA: bool>(x: f32) -> f32 {
    let (p, k) = reduced::<FMA>(clamp(x, -18.0, 89.0));
    let half = exp2i(k - 1);
    let y = fma::<FMA>(p, half, half - 0.5) * 2.0;
    // Also keeps the sign of zero.
    if x.abs() < 1e-7 { x } else { y }
}

#[inline(always)]
pub(super) fn ln<const FMA: bool>(x: f32) -> f32 {
    let tiny = x < f32::MIN_POSITIVE;
    let scaled = if tiny { x * 8_388_608.0 } else { x };
    // Cut so that the mantissa m lies in [1/√2, √2).
    let bits = (scaled.to_bits() as i32).wrapping_sub((SQRT_2 / 2.0).to_bits() as i32);
    let e = (bits >> 23) as f32 - if tiny { 23.0 } else { 0.0 };
    let m = f32::from_bits(((bits & 0x7F_FFFF) + (SQRT_2 / 2.0).to_bits() as i32) as u32);
    let z = m - 1.0;
    let p = poly!(
        FMA,
        z,
        [
            7.037_683_6e-2,
            -1.151_461e-1,
            1.167_699_9e-1,
            -1.242_014_1e-1,
            1.424_932_3e-1,
            -1.666_805_8e-1,
            2.000_071_5e-1,
            -2.499_999_4e-1,
            3.333_333e-1,
        ],
    );
    let zz = z * z;
    let y = fma::<FMA>(e, LN2_LO, p * z * zz);
    let y = fma::<FMA>(e, LN2_HI, z + fma::<FMA>(-0.5, zz, y));
    let y = if x == f32::INFINITY { x } else { y };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x >= 0.0 { y } else { f32::NAN }
}

#[inline(always)]
pub(super) fn log1p<const FMA: bool>(x: f32) -> f32 {
    let u = 1.0 + x;
    // What the sum lost, put back to first order.
    let lost = if x.abs() > 1.0 {
        1.0 - (u - x)
    } else {
        x - (u - 1.0)
    };
    let y = ln::<FMA>(u)
        + if u > 0.0 && u < f32::INFINITY {
            lost / u
        } else {
            0.0
        };
    if x.abs() < 1e-7 { x } else { y }
}

#[inline(always)]
pub(super) fn tanh<const FMA: bool>(x: f32) -> f32 {
    let z = x * x;
    let p = poly!(
        FMA,
        z,
        [
            -5.704_988_7e-3,
            2.063_909e-2,
            -5.373_971_6e-2,
            1.333_144_2e-1,
            -3.333_328e-1,
        ],
    );
    let small = fma::<FMA>(p * z, x, x);
    let large = 1.0 - 2.0 / (exp::<FMA>(2.0 * x.abs()) + 1.0);
    if x.abs() < 0.625 {
        small
    } else {
        large.copysign(x)
    }
}

#[inline(always)]
pub(super) fn sigmoid<const FMA: bool>(x: f32) -> f32 {
    let e = exp::<FMA>(-x.abs());
    (if x < 0.0 { e } else { 1.0 }) / (1.0 + e)
}

/// sin t and cos t for |t| ≤ π/4.
#[inline(always)]
fn sine_cosine<const FMA: bool>(t: f32) -> (f32, f32) {
    let z = t * t;
    let s = poly!(FMA, z, [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1]);
    let c = poly!(FMA, z, [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]);
    let sine = fma::<FMA>(s * z, t, t);
    (sine, fma::<FMA>(c, z * z, fma::<FMA>(-0.5, z, 1.0)))
}

/// (sin θ, cos θ, quadrant) with 2πx = θ + quadrant π/2 and |θ| ≤ π/4.
#[inline(always)]
fn turn<const FMA: bool>(x: f32) -> (f32, f32, i32) {
    let (n, q) = round(4.0 * x);
    let t = fma::<FMA>(n, -0.25, x) * TAU;
    let (s, c) = sine_cosine::<FMA>(t);
    (s, c, q)
}

#[inline(always)]
pub(super) fn cos_2pi<const FMA: bool>(x: f32) -> f32 {
    let (s, c, q) = turn::<FMA>(x);
    let y = if q & 1 == 0 { c } else { s };
    if (q + 1) & 2 == 0 { y } else { -y }
}

#[inline(always)]
pub(super) fn sin_2pi<const FMA: bool>(x: f32) -> f32 {
    let (s, c, q) = turn::<FMA>(x);
    let y = if q & 1 == 0 { s } else { c };
    if q & 2 == 0 { y } else { -y }
}

/// A quotient of polynomials, off by at most 2e-8 relative to the value where that is not yet 1.
#[inline(always)]
#[expect(clippy::approx_constant, reason = "a fitted coefficient")]
pub(super) fn erf<const FMA: bool>(x: f32) -> f32 {
    let z = x * x;
    let p = poly!(
        FMA,
        z,
        [
            2.045_675_2e-6,
            2.844_237_6e-4,
            3.760_910_8e-3,
            5.273_185_4e-2,
            1.903_434e-1,
            1.128_379_1,
        ],
    );
    let q = poly!(
        FMA,
        z,
        [
            3.802_265e-5,
            1.160_764e-3,
            1.495_965e-2,
            1.140_753_7e-1,
            5.020_202_2e-1,
            1.0,
        ],
    );
    let y = x * p / q;
    if x.abs() > 3.92 { 1f32.copysign(x) } else { y }
}

/// (sin θ, cos θ, quadrant) with x = θ + quadrant π/2 and |θ| ≤ π/4, reduced in f64.
#[inline(always)]
fn quarter<const FMA: bool>(x: f32) -> (f32, f32, i64) {
    let (r, q) = super::poly64::reduced_angle::<FMA>(x.into());
    let (s, c) = sine_cosine::<FMA>(r as f32);
    (s, c, q)
}

#[inline(always)]
pub(super) fn sin<const FMA: bool>(x: f32) -> f32 {
    let (s, c, q) = quarter::<FMA>(x);
    let y = if q & 1 == 0 { s } else { c };
    if q & 2 == 0 { y } else { -y }
}

#[inline(always)]
pub(super) fn cos<const FMA: bool>(x: f32) -> f32 {
    let (s, c, q) = quarter::<FMA>(x);
    let y = if q & 1 == 0 { c } else { s };
    if q.wrapping_add(1) & 2 == 0 { y } else { -y }
}

/// By way of f64, where nothing is lost.
#[inline(always)]
pub(super) fn powf<const FMA: bool>(x: f32, y: f32) -> f32 {
    let (base, power) = (f64::from(x.abs()), f64::from(y));
    let size = super::poly64::exp::<FMA>(power * super::poly64::ln::<FMA>(base)) as f32;
    let (whole, odd) = super::poly64::is_whole(power);
    let size = if x.abs() == 1.0 { 1.0 } else { size };
    let negative = x.is_sign_negative();
    let value = if negative && odd { -size } else { size };
    let value = if x < 0.0 && x > f32::NEG_INFINITY && !whole {
        f32::NAN
    } else {
        value
    };
    if y == 0.0 || x == 1.0 { 1.0 } else { value }
}
