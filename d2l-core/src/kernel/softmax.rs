//! Softmax and its relatives along the rows of a contiguous `[rows, n]`.
//!
//! The greatest element of a row is subtracted first, so nothing overflows. A row of `-inf` gives NaN,
//! as in PyTorch.
use super::{
    math::Float,
    simd::simd,
    threads::for_chunks,
};

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 13;
/// Lanes of the row reductions.
const LANES: usize = 16;

/// Rows per chunk.
fn rows_per_chunk(n: usize) -> usize {
    (CHUNK / n.max(1)).max(1)
}

/// `out = x - ln Σ e^x` along rows of `n`.
pub fn log_softmax<T: Float>(x: &[T], out: &mut [T], n: usize) {
    by_rows(x, out, n, log_softmax_rows);
}

/// `out = e^x / Σ e^x` along rows of `n`.
pub fn softmax<T: Float>(x: &[T], out: &mut [T], n: usize) {
    by_rows(x, out, n, softmax_rows);
}

fn by_rows<T: Float>(x: &[T], out: &mut [T], n: usize, f: fn(&[T], &mut [T], usize)) {
    assert_eq!(x.len(), out.len());
    if n > 0 {
        for_chunks(out, rows_per_chunk(n) * n, |i, out| f(&x[i..][..out.len()], out, n));
    }
}

simd! {
    fn log_softmax_rows[T](x: &[T], out: &mut [T], n: usize) where [T: Float] {
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            let (max, sum) = max_and_sum::<FMA, T>(x);
            let lse = max + sum.ln_in::<FMA>();
            x.iter().zip(out).for_each(|(&x, o)| *o = x - lse);
        }
    }
}

simd! {
    fn softmax_rows[T](x: &[T], out: &mut [T], n: usize) where [T: Float] {
        for (x, out) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)) {
            let max = fold::<T>(x, T::NEG_INFINITY, |a, b| a.max_nan(b));
            x.iter().zip(&mut *out).for_each(|(&x, o)| *o = (x - max).exp_in::<FMA>());
            let scale = T::ONE / fold::<T>(out, T::ZERO, |a, b| a + b);
            out.iter_mut().for_each(|o| *o = *o * scale);
        }
    }
}

/// The greatest element `m` and `Σ e^(x - m)`.
#[inline(always)]
fn max_and_sum<const FMA: bool, T: Float>(x: &[T]) -> (T, T) {
    let max = fold::<T>(x, T::NEG_INFINITY, |a, b| a.max_nan(b));
    (max, fold::<T>(x, T::ZERO, |a, x| a + (x - max).exp_in::<FMA>()))
}

/// Folds a row in [`LANES`] lanes and then those; `f(f(start, x), …)` must not mind the order.
#[inline(always)]
fn fold<T: Float>(x: &[T], start: T, f: impl Fn(T, T) -> T) -> T {
    x.iter().fold(start, |a, &x| f(a, x))
}

/// The gradient of [`softmax`]: `gx = y (g - Σ g y)` from its result `y` and the gradient `g` of that.
pub fn softmax_backward<T: Float>(g: &[T], y: &[T], gx: &mut [T], n: usize) {
    by_rows_2(g, y, gx, n, softmax_backward_rows);
}

/// The gradient of [`log_softmax`]: `gx = g - e^y Σ g` from its result `y` and the gradient `g` of that.
pub fn log_softmax_backward<T: Float>(g: &[T], y: &[T], gx: &mut [T], n: usize) {
    by_rows_2(g, y, gx, n, log_softmax_backward_rows);
}

fn by_rows_2<T: Float>(g: &[T], y: &[T], gx: &mut [T], n: usize, f: fn(&[T], &[T], &mut [T], usize)) {
    assert!(g.len() == gx.len() && y.len() == gx.len());
    if n > 0 {
        for_chunks(gx, rows_per_chunk(n) * n, |i, gx| f(&g[i..][..gx.len()], &y[i..][..gx.len()], gx, n));
    }
}

simd! {
    fn softmax_backward_rows[T](g: &[T], y: &[T], gx: &mut [T], n: usize) where [T: Float] {
        for ((g, y), gx) in g.chunks_exact(n).zip(y.chunks_exact(n)).zip(gx.chunks_exact_mut(n)) {
            let dot = g.iter().zip(y).fold(T::ZERO, |s, (&g, &y)| g.fma::<FMA>(y, s));
            g.iter().zip(y).zip(gx).for_each(|((&g, &y), o)| *o = y * (g - dot));
        }
    }
}

simd! {
    fn log_softmax_backward_rows[T](g: &[T], y: &[T], gx: &mut [T], n: usize) where [T: Float] {
        for ((g, y), gx) in g.chunks_exact(n).zip(y.chunks_exact(n)).zip(gx.chunks_exact_mut(n)) {
            let sum = fold::<T>(g, T::ZERO, |a, b| a + b);
            g.iter().zip(y).zip(gx).for_each(|((&g, &y), o)| *o = g - y.exp_in::<FMA>() * sum);
        }
    }
}

/// Cross-entropy of rows of `n` logits with class numbers: `losses[r] = lse[r] - x[r, labels[r]]`, where
/// `lse[r] = ln Σ e^x[r]` is kept for [`cross_entropy_backward`].
///
/// # Panics
/// If a label is not below `n`.
pub fn cross_entropy_forward<T: Float>(x: &[T], labels: &[i64], n: usize, losses: &mut [T], lse: &mut [T]) {
    assert!(x.len() == labels.len() * n && losses.len() == labels.len());
    log_sum_exp(x, n, lse);
    for (r, loss) in losses.iter_mut().enumerate() {
        *loss = lse[r] - x[r * n..][..n][labels[r] as usize];
    }
}

/// `lse[r] = ln Σ e^x[r]` for rows of `n`.
pub fn log_sum_exp<T: Float>(x: &[T], n: usize, lse: &mut [T]) {
    assert_eq!(x.len(), lse.len() * n);
    for_chunks(lse, rows_per_chunk(n), |r, lse| log_sum_exp_rows(&x[r * n..], lse, n));
}

simd! {
    fn log_sum_exp_rows[T](x: &[T], lse: &mut [T], n: usize) where [T: Float] {
        for (r, lse) in lse.iter_mut().enumerate() {
            let (max, sum) = max_and_sum::<FMA, T>(&x[r * n..][..n]);
            *lse = max + sum.ln_in::<FMA>();
        }
    }
}

/// The gradient of [`cross_entropy_forward`] towards the logits:
/// `gx[r, j] = (e^(x[r, j] - lse[r]) - [j = labels[r]]) scale[r]`.
///
/// # Panics
/// If a label is not below `n`.
pub fn cross_entropy_backward<T: Float>(x: &[T], labels: &[i64], lse: &[T], scale: &[T], n: usize, gx: &mut [T]) {
    assert!(x.len() == gx.len() && x.len() == labels.len() * n);
    assert!(lse.len() == labels.len() && scale.len() == labels.len());
    if n > 0 {
        for_chunks(gx, rows_per_chunk(n) * n, |i, gx| {
            let r = i / n;
            cross_entropy_backward_rows(&x[i..], &labels[r..], &lse[r..], &scale[r..], n, gx);
        });
    }
}

simd! {
    fn cross_entropy_backward_rows[T](x: &[T], labels: &[i64], lse: &[T], scale: &[T], n: usize, gx: &mut [T])
    where [T: Float] {
        for (r, (x, gx)) in x.chunks_exact(n).zip(gx.chunks_exact_mut(n)).enumerate() {
            let (lse, scale) = (lse[r], scale[r]);
            x.iter().zip(&mut *gx).for_each(|(&x, o)| *o = (x - lse).exp_in::<FMA>() * scale);
            gx[labels[r] as usize] = gx[labels[r] as usize] - scale;
        }
    }
}
