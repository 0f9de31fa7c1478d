use super::{
    super::{
        simd::{levels, with_level},
        threads::set_num_threads,
    },
    *,
};

/// Numbers in [-1, 1] that look random.
fn noise<T: Float>(n: usize, seed: u64) -> Vec<T> {
    let mut s = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let next = |_| {
        s = s
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        T::from_f64((s >> 33) as f64 / (1u64 << 30) as f64 - 1.0)
    };
    (0..n).map(next).collect()
}

/// The definition, in f64.
fn reference<T: Float>(
    k: usize,
    n: usize,
    a: Mat<'_, T>,
    b: Mat<'_, T>,
    bias: Option<&[T]>,
    c: &mut [f64],
) {
    for (at, c) in c.iter_mut().enumerate() {
        let (i, j) = (at / n, at % n);
        let term =
            |p: usize| a.data[i * a.rs + p * a.cs].to_f64() * b.data[p * b.rs + j * b.cs].to_f64();
        *c += bias.map_or(0.0, |b| b[j].to_f64()) + (0..k).map(term).sum::<f64>();
    }
}

fn check<T: Float>(m: usize, k: usize, n: usize, eps: f64) {
    let (a, b, bias, c) = (
        noise::<T>(m * k, 1),
        noise::<T>(k * n, 2),
        noise::<T>(n, 3),
        noise::<T>(m * n, 4),
    );
    for way in 0..16 {
        let mat = |data, rows, cols, t| {
            if t {
                Mat {
                    data,
                    rs: 1,
                    cs: rows,
                }
            } else {
                Mat {
                    data,
                    rs: cols,
                    cs: 1,
                }
            }
        };
        let (a, b) = (mat(&a, m, k, way & 1 > 0), mat(&b, k, n, way & 2 > 0));
        let bias = (way & 4 > 0).then_some(&bias[..]);
        let accumulate = way & 8 > 0;
        let mut want: Vec<f64> = c
            .iter()
            .map(|c| if accumulate { c.to_f64() } else { 0.0 })
            .collect();
        reference(k, n, a, b, bias, &mut want);
        for level in levels() {
            let mut got = c.clone();
            with_level(level, || gemm(m, k, n, a, b, bias, accumulate, &mut got));
            for (got, want) in got.iter().zip(&want) {
                let error = (got.to_f64() - want).abs();
                assert!(
                    error <= 2.0 * eps * (k + 2) as f64,
                    "{level} {m}x{k}x{n} way {way}: {got:?} for {want}",
                    got = got.to_f64()
                );
            }
        }
    }
}

const SIZES: [(usize, usize, usize); 24] = [
    (0, 3, 2),
    (2, 0, 3),
    (2, 3, 0),
    (1, 1, 1),
    (32, 2, 1),
    (1, 32, 2),
    (5, 7, 9),
    (1, 784, 10),
    (10, 784, 1),
    (3, 100, 300),
    (300, 100, 3),
    (256, 300, 1),
    (17, 33, 31),
    (64, 64, 64),
    (65, 63, 66),
    (33, 257, 34),
    (256, 784, 10),
    (10, 256, 784),
    (130, 300, 150),
    (9, 513, 70),
    (2, 40, 40),
    (150, 130, 129),
    (7, 600, 7),
    (40, 1, 40),
];

#[test]
fn agrees_with_the_definition() {
    for (m, k, n) in SIZES {
        check::<f32>(m, k, n, 6e-8);
        check::<f64>(m, k, n, 1.2e-16);
    }
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    for (m, k, n) in [
        (300, 300, 300),
        (1, 3000, 700),
        (700, 3000, 1),
        (20, 256, 784),
        (513, 784, 10),
    ] {
        let (a, b) = (noise::<f32>(m * k, 5), noise::<f32>(k * n, 6));
        for b in [
            Mat {
                data: &b,
                rs: n,
                cs: 1,
            },
            Mat {
                data: &b,
                rs: 1,
                cs: k,
            },
        ] {
            let [one, two] = [1, 2].map(|threads| {
                set_num_threads(threads);
                let mut c = vec![0.0; m * n];
                gemm(
                    m,
                    k,
                    n,
                    Mat {
                        data: &a,
                        rs: k,
                        cs: 1,
                    },
                    b,
                    None,
                    false,
                    &mut c,
                );
                c
            });
            assert!(
                one.iter()
                    .zip(&two)
                    .all(|(a, b)| a.to_bits() == b.to_bits())
            );
        }
    }
}

#[test]
fn integers_wrap() {
    let mut c = [0u8; 2];
    let a = Mat {
        data: &[200u8, 100],
        rs: 2,
        cs: 1,
    };
    gemm_int(
        1,
        2,
        2,
        a,
        Mat {
            data: &[2, 1, 1, 0],
            rs: 2,
            cs: 1,
        },
        &mut c,
    );
    assert_eq!(c, [244, 200]);
}

#[test]
#[should_panic]
fn a_short_slice_is_refused() {
    let a = Mat {
        data: &[0f32; 11],
        rs: 4,
        cs: 1,
    };
    gemm(
        3,
        4,
        1,
        a,
        Mat {
            data: &[0.0; 4],
            rs: 1,
            cs: 1,
        },
        None,
        false,
        &mut [0.0; 3],
    );
}
