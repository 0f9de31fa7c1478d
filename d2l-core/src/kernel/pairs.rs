//! Losses of pairs of elements, `f(x[i], y[i])`: each, summed up in the same pass, and their gradients.
use super::{
    math::Float,
    reduce,
    simd::{
        Level::{Avx512, Base},
        simd, up_to,
    },
    threads::for_chunks,
};

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 14;
/// Losses that are held before they are summed.
const BLOCK: usize = 1024;
/// Up to this length one small block does.
const SMALL: usize = 64;

/// A loss of a prediction `x` and a target `y`. Each function takes the constant of the shell that it
/// is inlined into.
pub trait PairLoss: Copy + Send + Sync + 'static {
    /// The loss.
    fn loss<const FMA: bool, T: Float>(self, x: T, y: T) -> T;
    /// Its derivatives by `x` and by `y`.
    fn slopes<const FMA: bool, T: Float>(self, x: T, y: T) -> [T; 2];
}

/// `out[i] = loss(x[i], y[i])`.
pub fn each<T: Float, L: PairLoss>(f: L, x: &[T], y: &[T], out: &mut [T]) {
    assert!(x.len() == out.len() && y.len() == out.len());
    for_chunks(out, CHUNK, |i, out| {
        each_simd(f, &x[i..][..out.len()], &y[i..][..out.len()], out)
    });
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn each_simd[T, L](f: L, x: &[T], y: &[T], out: &mut [T]) where [T: Float, L: PairLoss] {
        for ((&x, &y), o) in x.iter().zip(y).zip(out) {
            *o = f.loss::<FMA, T>(x, y);
        }
    }
}

/// `Σ loss(x[i], y[i])`, chunk by chunk whatever the number of threads.
pub fn sum<T: Float, L: PairLoss>(f: L, x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len());
    if x.len() <= SMALL {
        return chunk_sum(f, x, y, &mut [T::ZERO; SMALL]);
    }
    let mut parts = vec![T::ZERO; x.len().div_ceil(CHUNK)];
    for_chunks(&mut parts, 1, |i, part| {
        let end = x.len().min((i + 1) * CHUNK);
        let (x, y) = (&x[i * CHUNK..end], &y[i * CHUNK..end]);
        part[0] = chunk_sum(f, x, y, &mut [T::ZERO; BLOCK]);
    });
    reduce::sum(&parts)
}

/// The sum over one chunk, block by block so that the losses stay in the nearest cache.
fn chunk_sum<T: Float, L: PairLoss>(f: L, x: &[T], y: &[T], losses: &mut [T]) -> T {
    let n = losses.len();
    x.chunks(n).zip(y.chunks(n)).fold(T::ZERO, |sum, (x, y)| {
        let losses = &mut losses[..x.len()];
        each_simd(f, x, y, losses);
        sum + reduce::sum(losses)
    })
}

/// `out[i] = g · ∂loss/∂x` (for `side` 1 `∂y`), where `g` holds one number for all or one for each.
pub fn gradient<T: Float, L: PairLoss>(
    f: L,
    side: usize,
    g: &[T],
    x: &[T],
    y: &[T],
    out: &mut [T],
) {
    assert!(x.len() == out.len() && y.len() == out.len());
    let alike = if g.len() == out.len() {
        None
    } else {
        Some(g[0])
    };
    for_chunks(out, CHUNK, |i, out| {
        let (x, y) = (&x[i..][..out.len()], &y[i..][..out.len()]);
        match alike {
            Some(g) => slopes_simd(f, side, g, x, y, out),
            None => {
                slopes_simd(f, side, T::ONE, x, y, out);
                out.iter_mut().zip(&g[i..]).for_each(|(o, &g)| *o = *o * g);
            }
        }
    });
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn slopes_simd[T, L](f: L, side: usize, g: T, x: &[T], y: &[T], out: &mut [T])
    where [T: Float, L: PairLoss] {
        let pairs = x.iter().zip(y).zip(out);
        if side == 0 {
            for ((&x, &y), o) in pairs {
                *o = g * f.slopes::<FMA, T>(x, y)[0];
            }
        } else {
            for ((&x, &y), o) in pairs {
                *o = g * f.slopes::<FMA, T>(x, y)[1];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{
        simd::{levels, with_level},
        threads::set_num_threads,
    };

    #[derive(Clone, Copy)]
    struct Product;

    impl PairLoss for Product {
        fn loss<const FMA: bool, T: Float>(self, x: T, y: T) -> T {
            x * y
        }
        fn slopes<const FMA: bool, T: Float>(self, x: T, y: T) -> [T; 2] {
            [y, x]
        }
    }

    #[test]
    fn agrees_with_plain_loops() {
        for n in [0, 1, 5, 1024, 1025, 40_000] {
            let x: Vec<f64> = (0..n).map(|i| (i % 17) as f64).collect();
            let y: Vec<f64> = (0..n).map(|i| (i % 5) as f64 - 2.0).collect();
            let want: Vec<f64> = x.iter().zip(&y).map(|(x, y)| x * y).collect();
            for (level, threads) in levels().flat_map(|l| [(l, 1), (l, 3)]) {
                set_num_threads(threads);
                with_level(level, || {
                    let mut out = vec![0.0; n];
                    each(Product, &x, &y, &mut out);
                    assert_eq!(out, want);
                    assert_eq!(sum(Product, &x, &y), want.iter().sum::<f64>());
                    gradient(Product, 0, &x, &x, &y, &mut out);
                    assert_eq!(out, want);
                    gradient(Product, 1, &[2.0], &x, &y, &mut out);
                    assert!(out.iter().zip(&x).all(|(o, x)| *o == 2.0 * x));
                });
            }
        }
    }
}
