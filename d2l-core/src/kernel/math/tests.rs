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
    sigmoid: sigmoid_in, |x| 1.0 / (1.0 + (-x).exp()), 2.4;
    erf: erf_in, crate::kernel::special::erf, 6.0;
    sqrt: sqrt_in, f64::sqrt, 0.5;
}

/// Sine and cosine over all floats: within 2 ulp, or next to a zero within 1 ulp of 1, up to 1e8; a number
/// of the right size beyond.
#[test]
fn angles() {
    for x in samples(997) {
        for (got, want) in [
            (x.sin_in::<false>(), f64::from(x).sin()),
            (x.sin_in::<true>(), f64::from(x).sin()),
            (x.cos_in::<false>(), f64::from(x).cos()),
            (x.cos_in::<true>(), f64::from(x).cos()),
        ] {
            if x.is_nan() || x.is_infinite() {
                assert!(got.is_nan(), "{x}");
            } else if x.abs() > 1e8 {
                assert!(got.abs() <= 1.0, "{got} at {x:e}");
            } else {
                let near = (f64::from(got) - want).abs() < f64::from(f32::EPSILON);
                assert!(ulps(got, want) <= 2.0 || near, "{got} {want} at {x:e}");
            }
        }
    }
}

/// Bases and exponents of which IEEE 754 says something, and some that are whole, odd, large.
const SPECIAL: [f64; 15] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    2.0,
    -2.0,
    3.0,
    -3.0,
    1e20,
    -1e20,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
];

/// Powers of numbers of every size by powers of every size; what IEEE 754 says of the special ones.
#[test]
fn powers() {
    let special: Vec<f32> = SPECIAL
        .map(|x| x as f32)
        .into_iter()
        .chain([16_777_217.0, 1e-40, -1e-40])
        .collect();
    let check = |x: f32, y: f32| {
        let want = f64::from(x).powf(y.into());
        for got in [x.powf_in::<false>(y), x.powf_in::<true>(y)] {
            assert!(ulps(got, want) <= 2.0, "{x:e}^{y:e}: {got:e} {want:e}");
        }
    };
    for &x in &special {
        special.iter().for_each(|&y| check(x, y));
        samples(1_000_003).for_each(|y| check(x, y));
        samples(1_000_003).for_each(|y| check(y, x));
    }
    for (i, x) in samples(499_979).enumerate() {
        check(x, (i % 4001) as f32 / 100.0 - 20.0);
    }
}

/// The same in f64, where there are more odd numbers.
#[test]
fn powers_f64() {
    let special = SPECIAL.into_iter().chain([
        1.0 + f64::EPSILON,
        1.0 - f64::EPSILON / 2.0,
        4_503_599_627_370_495.5,
        4_503_599_627_370_497.0,
        -9_007_199_254_740_991.0,
        9_007_199_254_740_992.0,
        f64::MAX,
        f64::MIN,
        f64::MIN_POSITIVE,
        5e-324,
        -5e-324,
    ]);
    let special: Vec<f64> = special.collect();
    // Every NaN counts as the quiet one.
    let quiet = |x: f64| if x.is_nan() { f64::NAN } else { x };
    let check = |x: f64, y: f64| {
        let (x, y) = (quiet(x), quiet(y));
        let want = x.powf(y);
        for got in [x.powf_in::<false>(y), x.powf_in::<true>(y)] {
            let same = got.is_finite() == want.is_finite()
                && got.is_sign_negative() == want.is_sign_negative();
            let error = ulps_f64(got, want);
            assert!(
                error <= 2.0 && (same || want.is_nan()),
                "{x:e}^{y:e}: {got:e} {want:e}"
            );
        }
    };
    for &x in &special {
        special.iter().for_each(|&y| check(x, y));
        samples_f64().step_by(101).for_each(|y| check(x, y));
        samples_f64().step_by(101).for_each(|y| check(y, x));
    }
    // Results of every size, of bases of every size.
    for (i, x) in samples_f64().enumerate() {
        let size = (i % 1601) as f64 - 800.0 + (i % 7) as f64 / 7.0;
        check(x, size / x.abs().ln());
        check(x, (i % 4001) as f64 / 100.0 - 20.0);
        check(x, (i % 41) as f64 - 20.0);
    }
}

/// Units in the last place between two f64.
fn ulps_f64(got: f64, want: f64) -> f64 {
    if got.to_bits() == want.to_bits() || (got.is_nan() && want.is_nan()) {
        return 0.0;
    }
    let exponent = (want.abs().to_bits() >> 52).max(1) as i32 - 1075;
    let unit = 2f64.powi(exponent / 2);
    ((got - want) / unit / 2f64.powi(exponent - exponent / 2)).abs()
}

/// Every 2^38-th f64 or so and the special ones.
fn samples_f64() -> impl Iterator<Item = f64> {
    (0..u64::MAX)
        .step_by(0x000F_FFFF_FFFF_FFFF / 1021)
        .chain((0x3E00_0000_0000_0000..0x4100_0000_0000_0000).step_by(0x0000_00FF_FFFF_FFFD))
        .map(f64::from_bits)
        .flat_map(|x| [x, -x])
        .chain([
            0.0,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            5e-324,
            709.78,
            -745.1,
        ])
}

/// The standard library is within 1 ulp itself.
macro_rules! within_f64 {
    ($($name:ident: $method:ident, $exact:expr, $ulps:literal;)*) => {$(
        #[test]
        fn $name() {
            for x in samples_f64() {
                let want = $exact(x);
                for got in [x.$method::<false>(), x.$method::<true>()] {
                    let error = ulps_f64(got, want);
                    assert!(error <= $ulps, "{error} ulp at {x:e}: {got:e} {want:e}");
                }
            }
        }
    )*};
}
within_f64! {
    exp_f64: exp_in, f64::exp, 2.0;
    expm1_f64: expm1_in, f64::exp_m1, 2.0;
    ln_f64: ln_in, f64::ln, 2.0;
    log1p_f64: log1p_in, f64::ln_1p, 2.0;
    tanh_f64: tanh_in, f64::tanh, 2.0;
    sigmoid_f64: sigmoid_in, |x: f64| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) }, 2.5;
}

#[test]
fn angles_f64() {
    for x in samples_f64() {
        for (got, want) in [
            (x.sin_in::<false>(), x.sin()),
            (x.sin_in::<true>(), x.sin()),
            (x.cos_in::<false>(), x.cos()),
            (x.cos_in::<true>(), x.cos()),
        ] {
            let bound =
                f64::EPSILON.max(x.abs() * f64::EPSILON * f64::from(u8::from(x.abs() > 1e8)));
            let near = (got - want).abs() <= bound || got.abs() <= 1.0 && bound > 0.1;
            assert!(ulps_f64(got, want) <= 2.0 || near, "{got} {want} at {x:e}");
        }
    }
}

/// Values of the error function that were computed with 40 digits.
const ERF: [(f64, f64); 17] = [
    (1e-300, 1.128_379_167_095_512_6e-300),
    (1e-08, 1.128_379_167_095_512_6e-8),
    (0.1, 0.112_462_916_018_284_9),
    (0.5, 0.520_499_877_813_046_5),
    (0.84, 0.765_142_711_454_994_5),
    (0.99, 0.838_508_069_555_369_8),
    (1.0, 0.842_700_792_949_714_9),
    (1.01, 0.846_810_496_228_276_8),
    (1.25, 0.922_900_128_256_458_3),
    (1.7, 0.983_790_458_590_774_5),
    (2.1, 0.997_020_533_343_667),
    (2.5, 0.999_593_047_982_555),
    (3.0, 0.999_977_909_503_001_4),
    (3.6, 0.999_999_644_137_007),
    (4.2, 0.999_999_997_144_505_8),
    (5.5, 0.999_999_999_999_992_7),
    (5.9, 0.999_999_999_999_999_9),
];

#[test]
fn erf_f64() {
    for (x, want) in ERF {
        for (x, want) in [(x, want), (-x, -want)] {
            for got in [x.erf_in::<false>(), x.erf_in::<true>()] {
                assert!(ulps_f64(got, want) <= 1.5, "{got} {want} at {x}");
            }
        }
    }
    assert_eq!(
        (f64::INFINITY.erf_in::<true>(), (-9.0f64).erf_in::<true>()),
        (1.0, -1.0)
    );
    assert!(f64::NAN.erf_in::<true>().is_nan());
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
