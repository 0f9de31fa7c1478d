use super::{
    super::{
        math::{Exp, Ln, Num},
        simd::{levels, with_level},
        threads::set_num_threads,
    },
    *,
};

/// Lengths around every boundary: the plain loop, the registers, the chunks.
fn lengths() -> impl Iterator<Item = usize> {
    (0..130).chain([1000, SERIAL - 1, SERIAL, SERIAL + 1, 3 * CHUNK + 17])
}

/// At every level, with one and two threads.
fn everywhere(f: impl Fn()) {
    for level in levels() {
        for threads in [1, 2] {
            set_num_threads(threads);
            with_level(level, &f);
        }
    }
}

fn numbers<T: Num>(len: usize) -> Vec<T> {
    (0..len)
        .map(|i| T::from_f64((i % 113) as f64 - 50.0))
        .collect()
}

fn check_contiguous<T: Num + std::fmt::Debug>() {
    for len in lengths() {
        let (a, b) = (numbers::<T>(len), numbers::<i64>(len));
        let f = |a: T| a.times(a).minus(T::ONE);
        let g = |a: T, b: i64| if b % 3 == 0 { a } else { a.plus(T::ONE) };
        let mapped: Vec<T> = a.iter().map(|&a| f(a)).collect();
        let zipped: Vec<T> = a.iter().zip(&b).map(|(&a, &b)| g(a, b)).collect();
        everywhere(|| {
            let mut out = vec![T::ZERO; len];
            map(&a, &mut out, &map_loop(f));
            assert!(out == mapped);
            zip(&a, &b, &mut out, &zip_loop(g));
            assert!(out == zipped);
            out.copy_from_slice(&a);
            map_in_place(&mut out, f);
            assert!(out == mapped);
            out.copy_from_slice(&a);
            zip_in_place(&mut out, &b, g);
            assert!(out == zipped);
        });
    }
}

#[test]
fn contiguous_loops_agree_with_the_definition() {
    check_contiguous::<f32>();
    check_contiguous::<f64>();
    check_contiguous::<i64>();
    check_contiguous::<u8>();
}

#[test]
fn a_step_of_gradient_descent() {
    everywhere(|| {
        let mut w = vec![1f32; 1000];
        axpy(&mut w, -0.5, &[4.0; 1000]);
        assert_eq!(w, [-1.0; 1000]);
    });
}

#[test]
fn named_functions() {
    for len in [0, 1, 7, 100, 20_000] {
        let x: Vec<f32> = (0..len).map(|i| i as f32 / 1000.0 - 5.0).collect();
        everywhere(|| {
            let mut out = vec![0.0; len];
            map_math(Exp, &x, &mut out);
            let close = |got: f32, want: f32| (got - want).abs() <= 3e-7 * want.abs();
            assert!(x.iter().zip(&out).all(|(&x, &y)| close(y, x.exp())));
            let x: Vec<f32> = x.iter().map(|x| x + 6.0).collect();
            map_math(Ln, &x, &mut out);
            assert!(
                x.iter()
                    .zip(&out)
                    .all(|(&x, &y)| (y - x.ln()).abs() <= 1e-6)
            );
        });
    }
}

/// A view: shape and strides.
type View = (&'static [usize], &'static [usize]);

/// Pairs of views of one shape.
const VIEWS: [(View, &[usize]); 14] = [
    ((&[], &[]), &[]),
    ((&[0, 3], &[3, 1]), &[0, 1]),
    ((&[5], &[0]), &[1]),
    ((&[4, 6], &[6, 1]), &[0, 1]),
    ((&[4, 6], &[6, 1]), &[1, 0]),
    ((&[4, 6], &[1, 4]), &[6, 1]),
    ((&[4, 6], &[0, 0]), &[12, 2]),
    ((&[3, 1, 5], &[5, 5, 1]), &[0, 0, 1]),
    ((&[2, 3, 4, 5], &[60, 20, 5, 1]), &[0, 5, 0, 1]),
    ((&[2, 3, 4, 5], &[1, 2, 6, 24]), &[60, 20, 5, 1]),
    ((&[300, 301], &[301, 1]), &[0, 1]),
    ((&[301, 300], &[1, 301]), &[1, 0]),
    ((&[2, 70_000], &[70_000, 1]), &[0, 1]),
    ((&[70_000, 2], &[2, 1]), &[1, 0]),
];

fn offsets(shape: &[usize], strides: &[usize]) -> Vec<usize> {
    let mut at = vec![0];
    for (&n, &s) in shape.iter().zip(strides) {
        at = at
            .iter()
            .flat_map(|&o| (0..n).map(move |i| o + i * s))
            .collect();
    }
    at
}

#[test]
fn strided_loops_agree_with_the_definition() {
    for ((shape, sa), sb) in VIEWS {
        let (at_a, at_b) = (offsets(shape, sa), offsets(shape, sb));
        let long = |at: &[usize]| at.iter().max().map_or(0, |m| m + 1);
        let (a, b) = (numbers::<f32>(long(&at_a)), numbers::<i64>(long(&at_b)));
        let f = |a: f32, b: i64| a - 2.0 * b as f32;
        let zipped: Vec<f32> = at_a
            .iter()
            .zip(&at_b)
            .map(|(&i, &j)| f(a[i], b[j]))
            .collect();
        let mapped: Vec<i64> = at_b.iter().map(|&j| 3 * b[j]).collect();
        everywhere(|| {
            let mut out = vec![0.0; at_a.len()];
            zip_strided(&mut out, shape, (&a, &b), [sa, sb], &zip_loop(f));
            assert!(out == zipped, "{shape:?} {sa:?} {sb:?}");
            let mut out = vec![0; at_b.len()];
            map_strided(&mut out, shape, &b, sb, &map_loop(|b: i64| 3 * b));
            assert!(out == mapped, "{shape:?} {sb:?}");
        });
    }
}
