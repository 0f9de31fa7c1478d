//! Sums, products, maxima and minima over everything or over one axis.
//!
//! A sum adds blocks of a fixed size in a fixed tree, so it does not depend on the number of threads,
//! and its error grows with the logarithm of the length.
use super::{
    math::Num,
    simd::simd,
    threads::for_chunks,
};

/// Elements that one thread reduces in one go.
const CHUNK: usize = 1 << 15;
/// Elements added in straight order per accumulator lane, before the tree begins.
const BLOCK: usize = 2048;
/// Accumulators: enough for four registers at every level.
const LANES: usize = 64;

/// The sum of all elements; 0 if there are none. Integers wrap around.
pub fn sum<T: Num>(x: &[T]) -> T {
    if x.len() <= CHUNK {
        return sum_chunk(x);
    }
    let mut parts = vec![T::ZERO; x.len().div_ceil(CHUNK)];
    for_chunks(&mut parts, 1, |i, part| {
        part[0] = sum_chunk(&x[i * CHUNK..x.len().min((i + 1) * CHUNK)]);
    });
    sum(&parts)
}

simd! {
    fn sum_chunk[T](x: &[T]) -> T where [T: Num] {
        tree(x)
    }
}

/// Halves down to [`BLOCK`], always at a multiple of it.
#[inline(always)]
fn tree<T: Num>(x: &[T]) -> T {
    let mut total = T::ZERO;
    for block in x.chunks(BLOCK) {
        total = total.plus(block_sum(block));
    }
    total
}

#[inline(always)]
fn block_sum<T: Num>(x: &[T]) -> T {
    let mut acc = [T::ZERO; LANES];
    let (head, tail) = x.as_chunks::<LANES>();
    for x in head {
        (0..LANES).for_each(|j| acc[j] = acc[j].plus(x[j]));
    }
    tail.iter().zip(&mut acc).for_each(|(&x, a)| *a = a.plus(x));
    let mut n = LANES / 2;
    while n > 0 {
        (0..n).for_each(|j| acc[j] = acc[j].plus(acc[j + n]));
        n /= 2;
    }
    acc[0]
}

/// Sums the middle axis of a contiguous `[outer, n, inner]` into `[outer, inner]`.
pub fn sum_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T]) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    if inner == 1 && n > 0 {
        for_chunks(out, (CHUNK / n).max(1), |i, out| {
            for (x, o) in x[i * n..].chunks_exact(n).zip(out) { *o = sum(x); }
        });
        return;
    }
    for o in 0..outer {
        let out = &mut out[o * inner..][..inner];
        out.fill(T::ZERO);
        for k in 0..n {
            let x = &x[(o * n + k) * inner..][..inner];
            out.iter_mut().zip(x).for_each(|(o, &x)| *o = o.plus(x));
        }
    }
}

/// Multiplies along the middle axis of a contiguous `[outer, n, inner]` into `[outer, inner]`.
pub fn prod_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T]) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    for o in 0..outer {
        let out = &mut out[o * inner..][..inner];
        out.fill(T::ONE);
        for k in 0..n {
            let x = &x[(o * n + k) * inner..][..inner];
            out.iter_mut().zip(x).for_each(|(o, &x)| *o = o.times(x));
        }
    }
}

/// The greatest along the middle axis of a contiguous `[outer, n, inner]` and where it is first; a NaN
/// wins, as in PyTorch.
///
/// # Panics
/// If `n` is zero.
pub fn max_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T], index: &mut [i64]) {
    best_axis(x, outer, n, inner, out, index, |a, b| a > b);
}

/// [`max_axis`] for the least.
///
/// # Panics
/// If `n` is zero.
pub fn min_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T], index: &mut [i64]) {
    best_axis(x, outer, n, inner, out, index, |a, b| a < b);
}

fn best_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T], index: &mut [i64], better: impl Fn(T, T) -> bool + Copy + Sync) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner && index.len() == out.len());
    assert!(n > 0);
    for o in 0..outer {
        for i in 0..inner {
            let (mut best, mut at) = (x[o * n * inner + i], 0);
            for k in 1..n {
                let v = x[(o * n + k) * inner + i];
                if !best.is_nan() && (better(v, best) || v.is_nan()) {
                    (best, at) = (v, k);
                }
            }
            out[o * inner + i] = best;
            index[o * inner + i] = at as i64;
        }
    }
}
