//! Special functions in f64, within about 2e-13 of the exact value (relative, or absolute next to
//! zeros), by series and continued fractions that follow from their definitions.
use std::{
    f64::consts::{FRAC_2_SQRT_PI, LN_2, PI},
    sync::LazyLock,
};

/// Above this the continued fraction of `erfc` converges faster than the series of `erf`.
const TAIL: f64 = 2.0;

/// The error function, `2/√π ∫₀ˣ e^(-t²) dt`.
pub fn erf(x: f64) -> f64 {
    match x.abs() {
        a if a < TAIL => erf_series(x),
        a if a < 6.0 => (1.0 - erfc_tail(a)).copysign(x),
        a if a.is_nan() => x,
        _ => 1f64.copysign(x),
    }
}

/// `1 - erf(x)`, accurate where it is small.
pub fn erfc(x: f64) -> f64 {
    match x {
        x if x < -TAIL => 2.0 - erfc(-x),
        x if x < TAIL => 1.0 - erf_series(x),
        x if x < 28.0 => erfc_tail(x),
        x if x.is_nan() => x,
        _ => 0.0,
    }
}

/// `2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (1·3·…·(2n+1))`: all terms have one sign.
fn erf_series(x: f64) -> f64 {
    let (mut term, mut sum, mut k) = (x, x, 1.0);
    while term.abs() > 1e-17 * sum.abs() {
        k += 2.0;
        term *= 2.0 * x * x / k;
        sum += term;
    }
    FRAC_2_SQRT_PI * (-x * x).exp() * sum
}

/// `e^(-x²)/√π · 1/(x + ½/(x + 1/(x + ³⁄₂/(x + …))))`, from the inside out.
fn erfc_tail(x: f64) -> f64 {
    let terms = (16.0 + 300.0 / (x * x)) as i32;
    let f = (1..=terms).rev().fold(x, |f, k| x + 0.5 * f64::from(k) / f);
    (-x * x).exp() * 0.5 * FRAC_2_SQRT_PI / f
}

/// The inverse of `erf`: infinite at ±1, NaN beyond.
pub fn erfinv(y: f64) -> f64 {
    let a = y.abs();
    if a >= 1.0 || a.is_nan() {
        return if a == 1.0 {
            f64::INFINITY.copysign(y)
        } else {
            f64::NAN
        };
    }
    // Winitzki's formula, good to 0.2 %, then Halley's steps on whichever of erf and erfc is small.
    let l = (-a * a).ln_1p();
    let (c, h) = (0.147, 2.0 / (PI * 0.147) + l / 2.0);
    let mut x = ((h * h - l / c).sqrt() - h).sqrt();
    for _ in 0..3 {
        let off = if a < 0.5 {
            erf(x) - a
        } else {
            (1.0 - a) - erfc(x)
        };
        let step = off / (FRAC_2_SQRT_PI * (-x * x).exp());
        x -= step / (1.0 + x * step);
    }
    x.copysign(y)
}

/// `ln |Γ(x)|`: infinite at 0, -1, -2, ….
pub fn lgamma(x: f64) -> f64 {
    if x <= 0.0 && x == x.floor() || x.is_infinite() {
        return f64::INFINITY;
    }
    if x < 0.5 {
        return (PI / sin_pi(x).abs()).ln() - lgamma(1.0 - x);
    }
    if x < 3.0 {
        return lgamma_small(x);
    }
    let (shift, x) = risen(x, 10.0, 1.0, |p, x| p * x);
    lgamma_stirling(x) - shift.ln()
}

/// Around the zeros at 1 and 2, from the series of `ln Γ(2 + z)` in |z| ≤ ½.
fn lgamma_small(x: f64) -> f64 {
    match x {
        x if x < 1.5 => lgamma_two(x - 1.0) - (x - 1.0).ln_1p(),
        x if x <= 2.5 => lgamma_two(x - 2.0),
        _ => lgamma_two(x - 3.0) + (x - 1.0).ln(),
    }
}

/// `ln Γ(2 + z) = (1 - γ) z + Σ_{k≥2} (-1)ᵏ (ζ(k) - 1) zᵏ / k`, for |z| ≤ ½.
fn lgamma_two(z: f64) -> f64 {
    const ONE_MINUS_GAMMA: f64 = 0.422_784_335_098_467_14;
    const TERMS: i32 = 28;
    static COEFFICIENTS: LazyLock<Vec<f64>> = LazyLock::new(|| {
        (2..2 + TERMS)
            .map(f64::from)
            .map(|k| zeta(k, 2.0) / k)
            .collect()
    });
    let rest = COEFFICIENTS.iter().rev().fold(0.0, |sum, c| c - z * sum);
    z * (ONE_MINUS_GAMMA + z * rest)
}

/// Stirling's series, for x ≥ 10.
fn lgamma_stirling(x: f64) -> f64 {
    let tail: f64 = BERNOULLI
        .iter()
        .zip(1..)
        .map(|(b, k)| b / (f64::from(2 * k * (2 * k - 1)) * x.powi(2 * k - 1)))
        .sum();
    (x - 0.5) * x.ln() - x + 0.5 * (LN_2 + PI.ln()) + tail
}

/// Bernoulli's numbers B₂, B₄, ….
const BERNOULLI: [f64; 8] = [
    1.0 / 6.0,
    -1.0 / 30.0,
    1.0 / 42.0,
    -1.0 / 30.0,
    5.0 / 66.0,
    -691.0 / 2730.0,
    7.0 / 6.0,
    -3617.0 / 510.0,
];

/// Steps from `x` up to at least `to`; `f` folds each number left behind.
fn risen(mut x: f64, to: f64, start: f64, f: impl Fn(f64, f64) -> f64) -> (f64, f64) {
    let mut folded = start;
    while x < to {
        folded = f(folded, x);
        x += 1.0;
    }
    (folded, x)
}

/// sin(πx), exact at whole and half numbers.
fn sin_pi(x: f64) -> f64 {
    let n = x.round();
    let sign = if n % 2.0 == 0.0 { 1.0 } else { -1.0 };
    sign * (PI * (x - n)).sin()
}

/// The derivative of `ln Γ`: ∓∞ at ±0, NaN at -1, -2, ….
pub fn digamma(x: f64) -> f64 {
    if x == 0.0 {
        return f64::INFINITY.copysign(-x);
    }
    if x < 0.0 {
        if x == x.floor() {
            return f64::NAN;
        }
        return digamma(1.0 - x) - PI / (PI * (x - x.round())).tan();
    }
    let (sum, x) = risen(x, 10.0, 0.0, |s, x| s + 1.0 / x);
    if x.is_infinite() {
        return x;
    }
    let tail: f64 = BERNOULLI
        .iter()
        .zip(1..)
        .map(|(b, k)| b / (f64::from(2 * k) * x.powi(2 * k)))
        .sum();
    x.ln() - 0.5 / x - tail - sum
}

/// The `n`-th derivative of `digamma`, n ≥ 1: `(-1)^(n+1) n! ζ(n + 1, x)`, with the reflection for
/// n = 1 below ½; NaN for higher n below 0.
pub fn polygamma(n: u32, x: f64) -> f64 {
    if n == 1 && x < 0.5 {
        // As in PyTorch: huge, not infinite, at the poles, where sin(πx) is not quite 0.
        return (PI / (PI * x).sin()).powi(2) - polygamma(1, 1.0 - x);
    }
    let factorial: f64 = (1..=n).map(f64::from).product();
    let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
    sign * factorial * zeta(f64::from(n) + 1.0, x)
}

/// Hurwitz's zeta function `Σ 1/(q + k)^s` for s > 1 and q > 0, by Euler and Maclaurin.
fn zeta(s: f64, q: f64) -> f64 {
    if q <= 0.0 {
        return if q == q.floor() {
            f64::INFINITY
        } else {
            f64::NAN
        };
    }
    let (sum, q) = risen(q, 12.0, 0.0, |sum, q| sum + q.powf(-s));
    let (mut factor, mut tail) = (s * q.powf(-s - 1.0) / 2.0, 0.0);
    for (b, k) in BERNOULLI.iter().zip(1..) {
        tail += b * factor;
        let j = f64::from(2 * k);
        factor *= (s + j - 1.0) * (s + j) / ((j + 1.0) * (j + 2.0) * q * q);
    }
    sum + q.powf(1.0 - s) / (s - 1.0) + q.powf(-s) / 2.0 + tail
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn near(got: f64, want: f64) {
        assert!(
            (got - want).abs() <= 4e-14 * want.abs().max(1e-3),
            "{got:e} {want:e}"
        );
    }

    #[test]
    fn error_function() {
        near(erf(0.5), 0.520_499_877_813_046_5);
        near(erf(1.99), 0.995_111_413_199_617);
        near(erf(-2.01), -0.995_524_849_355_248_2);
        near(erfc(0.5), 0.479_500_122_186_953_5);
        near(erfc(3.0) / 2.209_049_699_858_544e-5, 1.0);
        near(erfc(10.0) / 2.088_487_583_762_545e-45, 1.0);
        assert_eq!(
            (erf(f64::INFINITY), erfc(-40.0), erfc(40.0)),
            (1.0, 2.0, 0.0)
        );
        assert!(erf(f64::NAN).is_nan() && erfc(f64::NAN).is_nan());
    }

    #[test]
    fn inverses_invert() {
        for x in [1e-12f64, 0.01, 0.3, 0.7, 1.5, 2.5, 3.5] {
            // Near 1, erf(x) itself is known no better than this.
            let doubt = f64::EPSILON / (FRAC_2_SQRT_PI * (-x * x).exp());
            assert!((erfinv(erf(x)) - x).abs() <= 1e-14 * x + doubt, "{x}");
        }
        assert_eq!(erfinv(-1.0), f64::NEG_INFINITY);
        assert!(erfinv(1.5).is_nan());
    }

    #[test]
    fn gamma_family() {
        near(lgamma(10.0), 362_880f64.ln());
        near(lgamma(0.5), PI.sqrt().ln());
        near(lgamma(-0.5), (2.0 * PI.sqrt()).ln());
        near(lgamma(1.3), -0.108_174_809_507_860_29);
        near(lgamma(100.5), 361.435_540_467_777_6);
        assert_eq!(
            (lgamma(1.0), lgamma(2.0), lgamma(-3.0)),
            (0.0, 0.0, f64::INFINITY)
        );
        near(digamma(1.0), -0.577_215_664_901_532_9);
        near(digamma(0.5), -1.963_510_026_021_423_5);
        near(digamma(-0.5), 0.036_489_973_978_576_52);
        near(polygamma(1, 1.0), PI * PI / 6.0);
        near(polygamma(1, -0.5), 8.934_802_200_544_68);
        near(polygamma(2, 1.0), -2.404_113_806_319_188_6);
        near(polygamma(3, 1.0), PI.powi(4) / 15.0);
        assert!(digamma(-2.0).is_nan());
    }
}
