use super::{
    super::{
        simd::{levels, with_level},
        threads::set_num_threads,
    },
    *,
};

fn logits<T: Float>(len: usize, scale: f64) -> Vec<T> {
    (0..len)
        .map(|i| T::from_f64((((i * 7919 + i / 7) % 1009) as f64 / 504.5 - 1.0) * scale))
        .collect()
}

/// The definition in f64: (softmax, ln of it).
fn reference<T: Float>(row: &[T]) -> Vec<(f64, f64)> {
    let row: Vec<f64> = row.iter().map(|x| x.to_f64()).collect();
    let max = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let ln = row.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
    row.iter()
        .map(|x| ((x - max - ln).exp(), x - max - ln))
        .collect()
}

fn close<T: Float>(got: &[T], want: impl Iterator<Item = f64>, eps: f64, what: &str) {
    for (i, (got, want)) in got.iter().zip(want).enumerate() {
        assert!(
            (got.to_f64() - want).abs() <= eps * (1.0 + want.abs()),
            "{what} {i}: {} for {want}",
            got.to_f64()
        );
    }
}

fn check<T: Float>(eps: f64) {
    for (rows, n) in (1..130)
        .map(|n| (3, n))
        .chain((1..40).map(|rows| (rows, 10)))
        .chain([(2000, 10), (40, 1000)])
    {
        let x = logits::<T>(rows * n, 9.0);
        let want: Vec<(f64, f64)> = x.chunks(n).flat_map(reference).collect();
        let g = logits::<T>(rows * n, 1.0);
        let labels: Vec<i64> = (0..rows).map(|r| (r * 3 % n) as i64).collect();
        let scale: Vec<T> = (0..rows)
            .map(|r| T::from_f64(1.0 + (r % 7) as f64 / 7.0))
            .collect();
        let zeros = vec![T::ZERO; rows * n];
        for level in levels() {
            with_level(level, || {
                let (mut y, mut gx) = (zeros.clone(), zeros.clone());
                let row = |i: usize| i / n * n..(i / n + 1) * n;
                softmax(&x, &mut y, n);
                close(&y, want.iter().map(|w| w.0), eps, "softmax");
                softmax_backward(&g, &y, &mut gx, n);
                let dot = |i| row(i).map(|j| g[j].to_f64() * want[j].0).sum::<f64>();
                close(
                    &gx,
                    (0..x.len()).map(|i| want[i].0 * (g[i].to_f64() - dot(i))),
                    4.0 * eps,
                    "softmax backward",
                );
                log_softmax(&x, &mut y, n);
                close(&y, want.iter().map(|w| w.1), eps, "log-softmax");
                log_softmax_backward(&g, &y, &mut gx, n);
                let sum = |i| row(i).map(|j| g[j].to_f64()).sum::<f64>();
                close(
                    &gx,
                    (0..x.len()).map(|i| g[i].to_f64() - want[i].0 * sum(i)),
                    20.0 * eps,
                    "log-softmax backward",
                );
                let (mut losses, mut lse) = (vec![T::ZERO; rows], vec![T::ZERO; rows]);
                cross_entropy_forward(&x, &labels, n, &mut losses, &mut lse);
                close(
                    &losses,
                    (0..rows).map(|r| -want[r * n + labels[r] as usize].1),
                    eps,
                    "loss",
                );
                cross_entropy_backward(&x, &labels, &lse, &scale, n, &mut gx);
                let hot = |i: usize| f64::from(labels[i / n] as usize == i % n);
                close(
                    &gx,
                    (0..x.len()).map(|i| (want[i].0 - hot(i)) * scale[i / n].to_f64()),
                    4.0 * eps,
                    "loss backward",
                );
            });
        }
    }
}

#[test]
fn agrees_with_the_definition() {
    check::<f32>(1e-6);
    check::<f64>(2e-15);
}

#[test]
fn extreme_logits() {
    for n in [3, 100] {
        let mut x = vec![-1e30f32; n];
        x[1] = 1000.0;
        x[2] = 980.0;
        let mut y = vec![0.0; n];
        softmax(&x, &mut y, n);
        assert!((y[1], y[0]) == (1.0, 0.0) && (y[2] / 2.061_153_6e-9 - 1.0).abs() < 1e-5);
        let (mut loss, mut lse) = ([0.0], [0.0]);
        cross_entropy_forward(&x, &[1], n, &mut loss, &mut lse);
        assert!(loss[0] < 1e-7, "{}", loss[0]);
        x.fill(f32::NEG_INFINITY);
        log_softmax(&x, &mut y, n);
        assert!(y.iter().all(|y| y.is_nan()));
        x[0] = 5.0;
        softmax(&x, &mut y, n);
        assert!(y[0] == 1.0 && y[1..].iter().all(|&y| y == 0.0));
        x[1] = f32::NAN;
        softmax(&x, &mut y, n);
        assert!(y.iter().all(|y| y.is_nan()));
    }
}

#[test]
fn one_and_two_threads_give_the_same_bits() {
    let x = logits::<f32>(30_000, 5.0);
    for n in [10, 100, 15_000] {
        let [one, two] = [1, 2].map(|threads| {
            set_num_threads(threads);
            let mut y = vec![0.0; x.len()];
            log_softmax(&x, &mut y, n);
            y.into_iter().map(f32::to_bits).collect::<Vec<_>>()
        });
        assert_eq!(one, two);
    }
}

#[test]
fn masked_rows_are_softmaxes_of_their_beginnings() {
    let (rows, n) = (9, 70);
    let mut x = logits::<f64>(rows * n, 9.0);
    x[2 * n..3 * n].fill(f64::NEG_INFINITY);
    let lengths = [70, 0, 70, 1, 33, 69, 2, 7, 40];
    for level in levels() {
        with_level(level, || {
            let mut y = vec![f64::NAN; rows * n];
            softmax_masked(&x, &lengths, &mut y, n);
            for (r, (y, x)) in y.chunks(n).zip(x.chunks(n)).enumerate() {
                let (own, rest) = y.split_at(lengths[r]);
                assert!(rest.iter().all(|&v| v == 0.0));
                match r {
                    2 => assert!(own.iter().all(|&v| v == 0.0)),
                    _ => {
                        let want = reference(&x[..lengths[r]]).into_iter().map(|w| w.0);
                        close(own, want, 1e-12, "masked");
                    }
                }
            }
        });
    }
}
