use super::{
    super::{
        simd::{levels, with_level},
        threads::set_num_threads,
    },
    *,
};

/// Small whole numbers, so that sums are exact in any order; `f32` and `i64` alike.
fn numbers<T: Num>(len: usize) -> Vec<T> {
    (0..len)
        .map(|i| T::from_f64(((i * 7919 + i / 13) % 41) as f64 - 20.0))
        .collect()
}

fn shapes() -> Vec<[usize; 3]> {
    let mut shapes: Vec<[usize; 3]> = (0..130)
        .map(|n| [2, n, 1])
        .chain((0..130).map(|n| [3, 5, n]))
        .collect();
    shapes.extend([
        [0, 3, 2],
        [3, 0, 2],
        [1, 70_000, 1],
        [1, 70_001, 3],
        [2, 5000, 10],
        [3, 300, 300],
        [1, 3, 70_000],
        [40_000, 3, 1],
        [50, 2000, 1],
        [1000, 4, 10],
        [1, 100_000, 128],
        [1, 257, 127],
    ]);
    shapes
}

/// At every level, with one and two threads.
fn everywhere<R: PartialEq + std::fmt::Debug>(
    mut f: impl FnMut() -> R,
    want: &R,
    what: [usize; 3],
) {
    for level in levels() {
        for threads in [1, 2] {
            set_num_threads(threads);
            assert!(
                with_level(level, &mut f) == *want,
                "{what:?} {level} {threads}"
            );
        }
    }
}

fn along<T: Num>(
    x: &[T],
    [outer, n, inner]: [usize; 3],
    start: T,
    f: impl Fn(T, T) -> T,
) -> Vec<T> {
    let fold = |at: usize| {
        (0..n).fold(start, |s, k| {
            f(s, x[(at / inner * n + k) * inner + at % inner])
        })
    };
    (0..outer * inner).map(fold).collect()
}

fn check_folds<T: Num + std::fmt::Debug>() {
    for s @ [outer, n, inner] in shapes() {
        let x = numbers::<T>(outer * n * inner);
        let run = |f: &dyn Fn(&mut [T])| {
            let mut out = vec![T::from_f64(7.0); outer * inner];
            f(&mut out);
            out
        };
        everywhere(
            || run(&|out| fold_axis(&x, outer, n, inner, out, Sum)),
            &along(&x, s, T::ZERO, T::plus),
            s,
        );
        everywhere(
            || run(&|out| fold_axis(&x, outer, n, inner, out, Max)),
            &along(&x, s, T::LOWEST, T::max_nan),
            s,
        );
        everywhere(
            || run(&|out| fold_axis(&x, outer, n, inner, out, Min)),
            &along(&x, s, T::HIGHEST, T::min_nan),
            s,
        );
        everywhere(|| sum(&x), &x.iter().fold(T::ZERO, |s, &x| s.plus(x)), s);
    }
}

#[test]
fn folds_agree_with_the_definition() {
    check_folds::<f32>();
    check_folds::<f64>();
    check_folds::<i64>();
    check_folds::<u8>();
}

#[test]
fn products_agree_with_the_definition() {
    for s @ [outer, n, inner] in shapes() {
        let x = numbers::<i64>(outer * n * inner);
        let mut out = vec![7; outer * inner];
        fold_axis(&x, outer, n, inner, &mut out, Prod);
        assert!(out == along(&x, s, 1, i64::times), "{s:?}");
    }
}

#[test]
fn ten_million_thirds() {
    let x = vec![1f32 / 3.0; 10_000_000];
    let want = x.len() as f64 * x[0] as f64;
    for [outer, n, inner] in [[1, 10_000_000, 1], [1, 2_500_000, 4], [1, 10_000, 1000]] {
        let mut out = vec![0f32; inner];
        fold_axis(&x, outer, n, inner, &mut out, Sum);
        let error = (out[0] as f64 * inner as f64 - want).abs() / want;
        assert!(error < 3e-6, "{error}");
    }
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    let x: Vec<f32> = (0..1_000_000).map(|i| (i as f32 * 0.37).sin()).collect();
    for [outer, n, inner] in [
        [1, 1_000_000, 1],
        [1, 100_000, 10],
        [100, 100, 100],
        [1, 1000, 1000],
        [1000, 1000, 1],
    ] {
        let [one, two] = [1, 2].map(|threads| {
            set_num_threads(threads);
            let mut out = vec![0f32; outer * inner];
            fold_axis(&x, outer, n, inner, &mut out, Sum);
            out.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        });
        assert_eq!(one, two);
    }
}

/// Values and indices by the definition.
fn first_best<T: Num>(
    x: &[T],
    [outer, n, inner]: [usize; 3],
    beats: fn(&T, &T) -> bool,
) -> (Vec<T>, Vec<i64>) {
    let choose = |at: usize| {
        let row: Vec<T> = (0..n)
            .map(|k| x[(at / inner * n + k) * inner + at % inner])
            .collect();
        let wins = |a: &T, b: &T| beats(a, b) || (a.is_nan() && !b.is_nan());
        let i = (0..n)
            .reduce(|i, k| if wins(&row[k], &row[i]) { k } else { i })
            .unwrap();
        (row[i], i as i64)
    };
    (0..outer * inner).map(choose).unzip()
}

fn check_extrema<T: Num + std::fmt::Debug>(put: impl Fn(&mut [T])) {
    for s @ [outer, n, inner] in shapes().into_iter().filter(|s| s[1] > 0) {
        let mut x = numbers::<T>(outer * n * inner);
        put(&mut x);
        type Run<T> = fn(&[T], usize, usize, usize, &mut [T], &mut [i64]);
        for (f, beats) in [
            (max_axis as Run<T>, T::gt as fn(&T, &T) -> bool),
            (min_axis, T::lt),
        ] {
            let run = || {
                let (mut out, mut index) = (vec![T::ZERO; outer * inner], vec![9; outer * inner]);
                f(&x, outer, n, inner, &mut out, &mut index);
                // NaN is not equal to itself.
                (
                    out.into_iter()
                        .map(|v| v.to_f64().to_bits())
                        .collect::<Vec<_>>(),
                    index,
                )
            };
            let want = first_best(&x, s, beats);
            everywhere(
                run,
                &(
                    want.0.into_iter().map(|v| v.to_f64().to_bits()).collect(),
                    want.1,
                ),
                s,
            );
        }
    }
}

#[test]
fn extrema_agree_with_the_definition() {
    check_extrema::<f32>(|_| {});
    check_extrema::<i64>(|_| {});
    check_extrema::<u8>(|_| {});
    check_extrema::<f64>(|x| {
        x.iter_mut().skip(5).step_by(37).for_each(|x| *x = f64::NAN);
        x.iter_mut().skip(6).step_by(41).for_each(|x| *x = -0.0);
    });
    check_extrema::<f32>(|x| x.fill(f32::NEG_INFINITY));
}
