use super::*;

/// The distance from `got` to the exact `want` in units of the last place of f32.
fn ulps(got: f32, want: f64) -> f64 {
    let nearest = want as f32;
    if got.to_bits() == nearest.to_bits() || (got.is_nan() && nearest.is_nan()) {
        return 0.0;
    }
    let exponent = (nearest.abs().to_bits() >> 23).max(1) as i32 - 150;
    // Infinity counts as the number that would follow the greatest.
    let finite = |x: f64| {
        if x.is_infinite() {
            2f64.powi(128).copysign(x)
        } else {
            x
        }
    };
    let distance = (finite(got as f64) - finite(want)).abs() / 2f64.powi(exponent.min(104));
    if distance.is_nan() {
        f64::INFINITY
    } else {
        distance
    }
}

/// Every `step`-th f32 and the special ones.
fn samples(step: usize) -> impl Iterator<Item = f32> {
    let special = [
        0.0,
        -0.0,
        1.0,
        -1.0,
        f32::INFINITY,
        f32::NEG_INFINITY,
        f32::NAN,
        f32::MAX,
        f32::MIN,
        1e-45,
        88.72284,
        -103.97,
    ];
    (0..=u32::MAX)
        .step_by(step)
        .map(f32::from_bits)
        .chain(special)
}

fn worst(step: usize, f: impl Fn(f32) -> f32, exact: impl Fn(f64) -> f64) -> (f64, f32) {
    samples(step)
        .map(|x| (ulps(f(x), exact(x as f64)), x))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap()
}

macro_rules! within {
    ($($name:ident: $method:ident, $exact:expr, $ulps:literal;)*) => {$(
        #[test]
        fn $name() {
            for (error, x) in [worst(997, f32::$method::<false>, $exact), worst(997, f32::$method::<true>, $exact)] {
                assert!(error <= $ulps, "{error} ulp at {x:e}");
            }
        }
    )*};
}
within! {
    exp: exp_in, f64::exp, 1.1;
    expm1: expm1_in, f64::exp_m1, 1.6;
    ln: ln_in, f64::ln, 1.0;
    log1p: log1p_in, f64::ln_1p, 2.0;
    tanh: tanh_in, f64::tanh, 2.0;
    sigmoid: sigmoid_in, sigmoid_f64, 2.4;
}

#[test]
fn turns() {
    for i in -4000..4000 {
        let x = i as f32 / 777.0;
        let (s, c) = (TAU * x as f64).sin_cos();
        for (got, want) in [
            (x.sin_2pi_in::<true>(), s),
            (x.cos_2pi_in::<true>(), c),
            (x.cos_2pi_in::<false>(), c),
        ] {
            assert!((got as f64 - want).abs() < 1.2e-7, "{got} {want} at {x}");
        }
    }
    assert_eq!(
        (0.25f32.sin_2pi_in::<true>(), 0.5f32.cos_2pi_in::<true>()),
        (1.0, -1.0)
    );
}

#[test]
fn integers_wrap() {
    assert_eq!(
        (200u8.plus(100), 1u8.minus(2), 16u8.times(17)),
        (44, 255, 16)
    );
    assert_eq!((i64::MAX.plus(1), i64::MIN.minus(1)), (i64::MIN, i64::MAX));
}
