//! Normalisation: rows brought to mean 0 and variance 1, and the same for runs and columns whose
//! statistics the caller combines ([`runs`]).
//!
//! Statistics of a row take two passes over it while it lies in the cache: first the mean, then the
//! squares around it, so nothing cancels. Chunks are cut by shape alone.
#![expect(
    clippy::needless_range_loop,
    reason = "the loops count the lanes of several arrays"
)]

pub(crate) mod runs;

use super::{
    math::Float,
    reduce,
    simd::{
        Level::{Avx512, Base},
        prefetch, simd, up_to,
    },
    threads::{Shared, for_chunks},
};

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 14;
/// Lanes in which a row is summed.
const LANES: usize = 32;

/// Rows of `n` elements per chunk.
fn rows_per_chunk(n: usize) -> usize {
    (CHUNK / n).max(1)
}

/// `f` of each position of rows of one length, summed in lanes. (With whole chunks of them at hand the
/// compiler keeps the lanes in registers.)
#[inline(always)]
fn sum_by<T: Float, const K: usize>(rows: [&[T]; K], f: impl Fn([T; K]) -> T) -> T {
    let n = rows[0].len();
    let rows = rows.map(|row| row[..n].as_chunks::<LANES>());
    let mut lanes = [T::ZERO; LANES];
    for i in 0..n / LANES {
        let chunks: [&[T; LANES]; K] = std::array::from_fn(|k| &rows[k].0[i]);
        for j in 0..LANES {
            lanes[j] = lanes[j] + f(chunks.map(|c| c[j]));
        }
    }
    for j in 0..n % LANES {
        lanes[j] = lanes[j] + f(rows.map(|row| row.1[j]));
    }
    let mut half = LANES / 2;
    while half > 0 {
        for j in 0..half {
            lanes[j] = lanes[j] + lanes[j + half];
        }
        half /= 2;
    }
    lanes[0]
}

/// The mean of a row (or 0, if it is not to be centred) and the sum of squares around it.
#[inline(always)]
fn moments<T: Float>(x: &[T], centre: bool) -> (T, T) {
    let mean = if centre {
        sum_by([x], |[x]| x) / T::from_f64(x.len() as f64)
    } else {
        T::ZERO
    };
    (mean, sum_by([x], |[x]| (x - mean) * (x - mean)))
}

/// What rows are normalised by.
#[derive(Clone, Copy)]
pub struct Rows<'a, T> {
    /// Factors along a row.
    pub weight: &'a [T],
    /// What is added along a row.
    pub bias: &'a [T],
    /// Whether the mean is subtracted.
    pub centre: bool,
    /// Added to the variance.
    pub eps: T,
}

/// `y = (x - mean) / √(var + eps) · weight + bias` along rows; `mean` and `scale`, one number for each
/// row, are kept for [`backward`].
pub fn forward<T: Float>(x: &[T], by: Rows<'_, T>, y: &mut [T], mean: &mut [T], scale: &mut [T]) {
    let n = by.weight.len();
    assert!(x.len() == y.len() && x.len() == mean.len() * n && scale.len() == mean.len());
    if x.is_empty() {
        return;
    }
    let (mean, scale) = (Shared::new(mean), Shared::new(scale));
    for_chunks(y, rows_per_chunk(n) * n, |i, y| {
        let (first, rows) = (i / n, y.len() / n);
        // SAFETY: the rows of this chunk, which no other chunk has.
        let (mean, scale) = unsafe { (mean.slice(first, rows), scale.slice(first, rows)) };
        forward_rows(&x[i..][..y.len()], by, y, mean, scale);
    });
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn forward_rows[T](x: &[T], by: Rows<'_, T>, y: &mut [T], mean: &mut [T], scale: &mut [T])
    where [T: Float] {
        let n = by.weight.len();
        let (w, b) = (&by.weight[..n], &by.bias[..n]);
        let count = T::from_f64(n as f64);
        for (r, (x, y)) in x.chunks_exact(n).zip(y.chunks_exact_mut(n)).enumerate() {
            let (m, squares) = moments(x, by.centre);
            let s = T::ONE / (squares / count + by.eps).sqrt_in::<FMA>();
            // The next row, while this one is written.
            for j in (0..n).step_by(64 / size_of::<T>()) {
                prefetch(x.as_ptr().wrapping_add(n + j));
            }
            for j in 0..n {
                y[j] = (x[j] - m) * s * w[j] + b[j];
            }
            (mean[r], scale[r]) = (m, s);
        }
    }
}

/// The gradients of [`forward`] from that of `y`: towards `x`, and summed over the rows towards
/// weight and bias, one after the other in `sums`.
pub fn backward<T: Float>(
    g: &[T],
    x: &[T],
    by: Rows<'_, T>,
    [mean, scale]: [&[T]; 2],
    gx: &mut [T],
    sums: &mut [T],
) {
    let n = by.weight.len();
    assert!(g.len() == x.len() && x.len() == gx.len() && x.len() == mean.len() * n);
    assert!(scale.len() == mean.len() && sums.len() == 2 * n);
    let chunk = rows_per_chunk(n) * n;
    let mut parts = vec![T::ZERO; x.len().div_ceil(chunk) * 2 * n];
    let count = parts.len() / (2 * n);
    let shared = Shared::new(&mut parts);
    if count > 0 {
        for_chunks(gx, chunk, |i, gx| {
            // SAFETY: the part of this chunk, which no other chunk has.
            let part = unsafe { shared.slice(i / chunk * 2 * n, 2 * n) };
            let stats = [&mean[i / n..], &scale[i / n..]];
            backward_rows(
                &g[i..][..gx.len()],
                &x[i..][..gx.len()],
                by,
                stats,
                gx,
                part,
            );
        });
    }
    reduce::fold_axis(&parts, 1, count, 2 * n, sums, reduce::Sum);
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn backward_rows[T](g: &[T], x: &[T], by: Rows<'_, T>, stats: [&[T]; 2], gx: &mut [T], sums: &mut [T])
    where [T: Float] {
        let n = by.weight.len();
        let w = &by.weight[..n];
        let (gw, gb) = sums.split_at_mut(n);
        let gb = &mut gb[..n];
        let count = T::from_f64(n as f64);
        let rows = g.chunks_exact(n).zip(x.chunks_exact(n)).zip(gx.chunks_exact_mut(n));
        for (r, ((g, x), gx)) in rows.enumerate() {
            let (m, s) = (stats[0][r], stats[1][r]);
            let along = sum_by([g, w, x], |[g, w, x]| g * w * (x - m)) * s * s / count;
            let level = if by.centre { sum_by([g, w], |[g, w]| g * w) / count } else { T::ZERO };
            for j in 0..n {
                let d = x[j] - m;
                gx[j] = (g[j] * w[j] - level - d * along) * s;
                gw[j] = gw[j] + g[j] * d * s;
                gb[j] = gb[j] + g[j];
            }
        }
    }
}

#[cfg(test)]
mod tests;
