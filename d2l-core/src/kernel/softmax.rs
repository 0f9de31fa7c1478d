//! Softmax and its relatives along the rows of a contiguous `[rows, n]`.
//!
//! The greatest element of a row is subtracted first, so nothing overflows; a row of `-inf` gives NaN,
//! as in PyTorch. Short rows are handled [`GROUP`] at a time: side by side for the sums, end to end for
//! the exponentials, so that registers are full whatever the number of classes.
#[cfg(test)]
mod tests;

use super::{
    copy::transpose,
    math::Float,
    simd::{
        Level::{Avx512, Base},
        simd, up_to,
    },
    threads::{Shared, for_chunks},
};

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 13;
/// Short rows that are handled together.
const GROUP: usize = 16;
/// Rows up to this length are short.
const SHORT: usize = 32;
/// Room for a group of short rows.
type Memory<T> = [[T; GROUP]; SHORT];
/// Lanes in which a long row is summed.
const LANES: usize = 64;

/// Rows per chunk.
fn rows_per_chunk(n: usize) -> usize {
    (CHUNK / n).next_multiple_of(GROUP).max(1)
}

/// Rows that are handled together.
#[inline(always)]
fn group(n: usize) -> usize {
    if n <= SHORT { GROUP } else { 1 }
}

/// `out = e^x / Σ e^x` along rows of `n`.
pub fn softmax<T: Float>(x: &[T], out: &mut [T], n: usize) {
    by_rows(x, x, out, n, |x, _, out, n| softmax_rows(x, out, n));
}

/// `out = x - ln Σ e^x` along rows of `n`.
pub fn log_softmax<T: Float>(x: &[T], out: &mut [T], n: usize) {
    by_rows(x, x, out, n, |x, _, out, n| log_softmax_rows(x, out, n));
}

/// [`softmax`] of the first `lengths[r]` elements of every row; the others get 0, and so does a row
/// without any element above `-inf`.
pub fn softmax_masked<T: Float>(x: &[T], lengths: &[usize], out: &mut [T], n: usize) {
    assert!(x.len() == out.len() && lengths.len() * n == out.len());
    if out.is_empty() {
        return;
    }
    for_chunks(out, rows_per_chunk(n) * n, |i, out| {
        let rows = x[i..].chunks_exact(n).zip(&lengths[i / n..]);
        for ((x, &len), out) in rows.zip(out.chunks_exact_mut(n)) {
            let (out, rest) = out.split_at_mut(len);
            rest.fill(T::ZERO);
            let x = &x[..len];
            if x.iter().all(|&x| x == T::LOWEST) {
                out.fill(T::ZERO);
            } else {
                softmax_rows(x, out, len);
            }
        }
    });
}

/// The gradient of [`softmax`]: `gx = y (g - Σ g y)` from its result `y` and the gradient `g` of that.
pub fn softmax_backward<T: Float>(g: &[T], y: &[T], gx: &mut [T], n: usize) {
    by_rows(g, y, gx, n, softmax_backward_rows);
}

/// The gradient of [`log_softmax`]: `gx = g - e^y Σ g` from its result `y` and the gradient `g` of that.
pub fn log_softmax_backward<T: Float>(g: &[T], y: &[T], gx: &mut [T], n: usize) {
    by_rows(g, y, gx, n, log_softmax_backward_rows);
}

/// `out = ln Σ e^x` of every row of `n`.
pub fn logsumexp<T: Float>(x: &[T], out: &mut [T], n: usize) {
    assert_eq!(x.len(), out.len() * n);
    if n == 0 {
        return out.fill(T::LOWEST);
    }
    for_chunks(out, rows_per_chunk(n), |at, out| {
        logsumexp_rows(&x[at * n..][..out.len() * n], out, n)
    });
}

fn by_rows<T: Float>(
    a: &[T],
    b: &[T],
    out: &mut [T],
    n: usize,
    f: fn(&[T], &[T], &mut [T], usize),
) {
    assert!(a.len() == out.len() && b.len() == out.len());
    if !out.is_empty() {
        for_chunks(out, rows_per_chunk(n) * n, |i, out| {
            f(&a[i..][..out.len()], &b[i..][..out.len()], out, n)
        });
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn softmax_rows[T](x: &[T], out: &mut [T], n: usize) where [T: Float] {
        let memory = &mut [[T::ZERO; GROUP]; SHORT];
        let (x, out) = (x.chunks(group(n) * n), out.chunks_mut(group(n) * n));
        for (x, out) in x.zip(out) {
            let mut columns = if n <= SHORT && x.len() > n {
                Some(Columns::new(x, n, memory))
            } else {
                None
            };
            let powers = match &mut columns {
                Some(columns) => {
                    columns.subtract(columns.fold(T::LOWEST, greatest));
                    columns.all()
                }
                None => {
                    let max = fold(x, T::LOWEST, greatest);
                    by_row(x, out, n, |_, x, _| x - max);
                    &mut *out
                }
            };
            exp_all::<FMA, T>(powers);
            match columns {
                Some(mut columns) => {
                    columns.divide(columns.fold(T::ZERO, T::plus));
                    transpose(n, x.len() / n, columns.all(), GROUP, out, n);
                }
                None => {
                    let sum = fold(out, T::ZERO, T::plus);
                    by_row(x, out, n, |_, _, o| o / sum);
                }
            }
        }
    }
}

fn log_softmax_rows<T: Float>(x: &[T], out: &mut [T], n: usize) {
    let memory = &mut [[T::ZERO; GROUP]; SHORT];
    let (x, out) = (x.chunks(group(n) * n), out.chunks_mut(group(n) * n));
    for (x, out) in x.zip(out) {
        let (max, ln) = max_and_ln(x, n, memory);
        subtract_rows(x, out, n, &max, &ln);
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn subtract_rows[T](x: &[T], out: &mut [T], n: usize, max: &[T; GROUP], ln: &[T; GROUP])
    where [T: Float] {
        by_row(x, out, n, |r, x, _| x - max[r] - ln[r]);
    }
}

fn logsumexp_rows<T: Float>(x: &[T], out: &mut [T], n: usize) {
    let memory = &mut [[T::ZERO; GROUP]; SHORT];
    for (x, out) in x.chunks(group(n) * n).zip(out.chunks_mut(group(n))) {
        let (max, ln) = max_and_ln(x, n, memory);
        for (r, (x, o)) in x.chunks_exact(n).zip(out).enumerate() {
            // An infinite maximum is the result, unless there is a NaN beside it.
            *o = if ln[r].is_nan() {
                x.iter().fold(max[r], |a, &b| a.max_nan(b))
            } else {
                max[r] + ln[r]
            };
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn softmax_backward_rows[T](g: &[T], y: &[T], gx: &mut [T], n: usize) where [T: Float] {
        for ((g, y), gx) in g.chunks_exact(n).zip(y.chunks_exact(n)).zip(gx.chunks_exact_mut(n)) {
            g.iter().zip(y).zip(&mut *gx).for_each(|((&g, &y), o)| *o = g * y);
            let dot = fold(gx, T::ZERO, T::plus);
            g.iter().zip(y).zip(gx).for_each(|((&g, &y), o)| *o = y * (g - dot));
        }
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn log_softmax_backward_rows[T](g: &[T], y: &[T], gx: &mut [T], n: usize) where [T: Float] {
        gx.copy_from_slice(y);
        exp_all::<FMA, T>(gx);
        for (g, gx) in g.chunks_exact(n).zip(gx.chunks_exact_mut(n)) {
            let sum = fold(g, T::ZERO, T::plus);
            g.iter().zip(gx).for_each(|(&g, o)| *o = g - *o * sum);
        }
    }
}

/// Cross-entropy of rows of `n` logits with class numbers: `losses[r] = lse[r] - x[r, labels[r]]`, where
/// `lse[r] = ln Σ e^x[r]` is kept for [`cross_entropy_backward`].
///
/// # Panics
/// If a label is not below `n`.
pub fn cross_entropy_forward<T: Float>(
    x: &[T],
    labels: &[i64],
    n: usize,
    losses: &mut [T],
    lse: &mut [T],
) {
    let rows = labels.len();
    assert!(x.len() == rows * n && losses.len() == rows && lse.len() == rows);
    let losses = Shared::new(losses);
    for_chunks(lse, rows_per_chunk(n.max(1)), |r, lse| {
        // SAFETY: as `lse`: this chunk's own part, of the same length.
        let losses = unsafe { losses.slice(r, lse.len()) };
        cross_entropy_rows(&x[r * n..], &labels[r..], n, losses, lse);
    });
}

fn cross_entropy_rows<T: Float>(
    x: &[T],
    labels: &[i64],
    n: usize,
    losses: &mut [T],
    lse: &mut [T],
) {
    let (rows, memory) = (lse.len(), &mut [[T::ZERO; GROUP]; SHORT]);
    for first in (0..rows).step_by(group(n)) {
        let count = group(n).min(rows - first);
        let x = &x[first * n..][..count * n];
        let (max, ln) = max_and_ln(x, n, memory);
        for r in 0..count {
            // In this order a small loss of large logits keeps its digits.
            losses[first + r] = ln[r] - (x[r * n..][..n][labels[first + r] as usize] - max[r]);
            lse[first + r] = max[r] + ln[r];
        }
    }
}

/// The gradient of [`cross_entropy_forward`] towards the logits:
/// `gx[r, j] = (e^(x[r, j] - lse[r]) - [j = labels[r]]) scale[r]`.
///
/// # Panics
/// If a label is not below `n`.
pub fn cross_entropy_backward<T: Float>(
    x: &[T],
    labels: &[i64],
    lse: &[T],
    scale: &[T],
    n: usize,
    gx: &mut [T],
) {
    let rows = labels.len();
    assert!(
        x.len() == rows * n && gx.len() == rows * n && lse.len() == rows && scale.len() == rows
    );
    if !gx.is_empty() {
        for_chunks(gx, rows_per_chunk(n) * n, |i, gx| {
            let r = i / n;
            cross_entropy_backward_rows(
                &x[i..][..gx.len()],
                &labels[r..],
                &lse[r..],
                &scale[r..],
                n,
                gx,
            );
        });
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    fn cross_entropy_backward_rows[T](x: &[T], labels: &[i64], lse: &[T], scale: &[T], n: usize, gx: &mut [T])
    where [T: Float] {
        by_row(x, gx, n, |r, x, _| x - lse[r]);
        exp_all::<FMA, T>(gx);
        by_row(x, gx, n, |r, _, o| o * scale[r]);
        for (r, gx) in gx.chunks_exact_mut(n).enumerate() {
            let at = &mut gx[labels[r] as usize];
            *at = *at - scale[r];
        }
    }
}

/// `out = f(row, x, out)`.
#[inline(always)]
fn by_row<T: Float>(x: &[T], out: &mut [T], n: usize, f: impl Fn(usize, T, T) -> T) {
    for (r, (x, out)) in x.chunks_exact(n).zip(out.chunks_exact_mut(n)).enumerate() {
        for (&x, o) in x.iter().zip(out) {
            *o = f(r, x, *o);
        }
    }
}

/// The greater, where a NaN does not matter: it reaches the whole row through the sum.
#[inline(always)]
fn greatest<T: Float>(a: T, b: T) -> T {
    if b > a { b } else { a }
}

// Plain loops, not closures: what is not inlined into the shell loses its instructions.
#[inline(always)]
fn exp_all<const FMA: bool, T: Float>(x: &mut [T]) {
    for x in x {
        *x = x.exp_in::<FMA>();
    }
}

simd! {
    up to [up_to::<T>(Avx512, Base)]
    /// For a group of short rows or a long one, the greatest element `m` of each and its
    /// `ln Σ e^(x - m)`.
    fn max_and_ln[T](x: &[T], n: usize, memory: &mut Memory<T>) -> ([T; GROUP], [T; GROUP])
    where [T: Float] {
        if n > SHORT || x.len() == n {
            let max = fold(x, T::LOWEST, greatest);
            let mut sum = T::ZERO;
            let scratch = memory.as_flattened_mut();
            for x in x.chunks(scratch.len()) {
                let e = &mut scratch[..x.len()];
                by_row(x, e, x.len(), |_, x, _| x - max);
                exp_all::<FMA, T>(e);
                sum = sum + fold(e, T::ZERO, T::plus);
            }
            return ([max; GROUP], [sum.ln_in::<FMA>(); GROUP]);
        }
        let mut columns = Columns::new(x, n, memory);
        let max = columns.fold(T::LOWEST, greatest);
        columns.subtract(max);
        exp_all::<FMA, T>(columns.all());
        let mut ln = columns.fold(T::ZERO, T::plus);
        for ln in &mut ln {
            *ln = ln.ln_in::<FMA>();
        }
        (max, ln)
    }
}

/// A group of short rows, transposed: one row per lane.
struct Columns<'a, T>(&'a mut [[T; GROUP]]);

impl<'a, T: Float> Columns<'a, T> {
    #[inline(always)]
    fn new(x: &[T], n: usize, memory: &'a mut Memory<T>) -> Self {
        transpose(x.len() / n, n, x, n, memory.as_flattened_mut(), GROUP);
        Columns(&mut memory[..n])
    }

    #[inline(always)]
    fn all(&mut self) -> &mut [T] {
        self.0.as_flattened_mut()
    }

    #[inline(always)]
    fn fold(&self, start: T, f: impl Fn(T, T) -> T) -> [T; GROUP] {
        let mut out = [start; GROUP];
        for column in &*self.0 {
            for r in 0..GROUP {
                out[r] = f(out[r], column[r]);
            }
        }
        out
    }

    #[inline(always)]
    fn subtract(&mut self, x: [T; GROUP]) {
        for column in &mut *self.0 {
            for r in 0..GROUP {
                column[r] = column[r] - x[r];
            }
        }
    }

    #[inline(always)]
    fn divide(&mut self, x: [T; GROUP]) {
        for column in &mut *self.0 {
            for r in 0..GROUP {
                column[r] = column[r] / x[r];
            }
        }
    }
}

/// `f` over a row, in [`LANES`] lanes and then over those.
#[inline(always)]
fn fold<T: Float>(x: &[T], start: T, f: impl Fn(T, T) -> T) -> T {
    if x.len() <= LANES {
        return x.iter().fold(start, |a, &x| f(a, x));
    }
    let mut lanes = [start; LANES];
    let (head, tail) = x.as_chunks::<LANES>();
    for x in head {
        for j in 0..LANES {
            lanes[j] = f(lanes[j], x[j]);
        }
    }
    lanes.iter_mut().zip(tail).for_each(|(a, &x)| *a = f(*a, x));
    let mut n = LANES / 2;
    while n > 0 {
        for j in 0..n {
            lanes[j] = f(lanes[j], lanes[j + n]);
        }
        n /= 2;
    }
    lanes[0]
}
