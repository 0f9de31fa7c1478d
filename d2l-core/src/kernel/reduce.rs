//! Sums, products, maxima and minima over everything or over one axis.
//!
//! A sum is cut into chunks by its shape alone and their sums are added in a fixed order, so it does
//! not depend on the number of threads, and rounding errors stay small however long it is.
mod extremum;
#[cfg(test)]
mod tests;

pub use extremum::{max_axis, min_axis};

use super::{math::Num, simd::simd, threads::for_chunks};

/// Elements that one thread reduces in one go.
const CHUNK: usize = 1 << 15;
/// Elements of a row that are added up in lanes before the lanes are.
const BLOCK: usize = 2048;
/// Lanes of a row sum: four of the widest registers, to keep the adders busy.
const LANES: usize = 64;
/// Up to this length a row is added up in plain order.
const SHORT: usize = 16;
/// Columns that are summed side by side.
const STRIP: usize = 256;
/// Rows that a strip adds up before it adds to the total.
const ROWS: usize = 128;

/// The sum of all elements; 0 if there are none. Integers wrap around.
pub fn sum<T: Num>(x: &[T]) -> T {
    if x.len() <= SHORT {
        return x.iter().fold(T::ZERO, |s, &x| s.plus(x));
    }
    let mut total = [T::ZERO];
    sum_axis(x, 1, x.len(), 1, &mut total);
    total[0]
}

/// Sums the middle axis of a contiguous `[outer, n, inner]` into `[outer, inner]`.
pub fn sum_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T]) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    if x.is_empty() {
        return out.fill(T::ZERO);
    }
    // Long columns are cut, and the sums of the pieces summed.
    let rows = (CHUNK / inner).max(2 * ROWS);
    if n > rows {
        let pieces = n.div_ceil(rows);
        let mut parts = vec![T::ZERO; outer * pieces * inner];
        for_chunks(&mut parts, inner, |at, out| {
            let (o, p) = (at / inner / pieces, at / inner % pieces);
            let x = &x[(o * n + p * rows) * inner..][..rows.min(n - p * rows) * inner];
            sum_part(x, x.len() / inner, inner, 0, out);
        });
        return sum_axis(&parts, outer, pieces, inner, out);
    }
    let chunk = (CHUNK / n).next_multiple_of(STRIP);
    let chunk = if inner > chunk {
        chunk
    } else {
        CHUNK.div_ceil(n * inner) * inner
    };
    for_chunks(out, chunk, |at, out| sum_part(x, n, inner, at, out));
}

/// The sums from number `at` of all `[outer, inner]` on.
fn sum_part<T: Num>(x: &[T], n: usize, inner: usize, at: usize, out: &mut [T]) {
    if inner > 1 {
        sum_columns(x, n, inner, at, out);
    } else if n <= SHORT {
        let rows = x[at * n..].chunks_exact(n);
        rows.zip(out)
            .for_each(|(row, o)| *o = row.iter().fold(T::ZERO, |s, &x| s.plus(x)));
    } else {
        sum_rows(&x[at * n..], n, out);
    }
}

simd! {
    fn sum_rows[T](x: &[T], n: usize, out: &mut [T]) where [T: Num] {
        for (row, o) in x.chunks_exact(n).zip(out) {
            // Plain loops: a large closure might not be inlined and would lose the shell's instructions.
            *o = T::ZERO;
            for x in row.chunks(BLOCK) {
                *o = o.plus(sum_block(x));
            }
        }
    }
}

#[inline(always)]
fn sum_block<T: Num>(x: &[T]) -> T {
    let mut acc = [T::ZERO; LANES];
    let (head, tail) = x.as_chunks::<LANES>();
    for x in head {
        for j in 0..LANES {
            acc[j] = acc[j].plus(x[j]);
        }
    }
    tail.iter().zip(&mut acc).for_each(|(&x, a)| *a = a.plus(x));
    fold(&mut acc, |a, b| a.plus(b))
}

/// Combines all lanes, in halves.
#[inline(always)]
fn fold<T: Copy>(lanes: &mut [T], f: impl Fn(T, T) -> T) -> T {
    let mut n = lanes.len() / 2;
    while n > 0 {
        for j in 0..n {
            lanes[j] = f(lanes[j], lanes[j + n]);
        }
        n /= 2;
    }
    lanes[0]
}

simd! {
    fn sum_columns[T](x: &[T], n: usize, inner: usize, at: usize, out: &mut [T]) where [T: Num] {
        let mut done = 0;
        while done < out.len() {
            let (o, i) = ((at + done) / inner, (at + done) % inner);
            let width = STRIP.min(inner - i).min(out.len() - done);
            let out = &mut out[done..done + width];
            done += width;
            out.fill(T::ZERO);
            if n * inner <= STRIP {
                add_plain(&x[o * n * inner..][..n * inner], inner, out);
            } else if 2 * inner <= STRIP {
                add_narrow(&x[o * n * inner..][..n * inner], inner, out);
            } else {
                add_rows(&x[o * n * inner + i..], n, inner, out);
            }
        }
    }
}

/// Adds the rows of a contiguous matrix to `out`.
#[inline(always)]
fn add_plain<T: Num>(x: &[T], inner: usize, out: &mut [T]) {
    for row in x.chunks_exact(inner) {
        out.iter_mut().zip(row).for_each(|(o, &x)| *o = o.plus(x));
    }
}

/// [`add_plain`] where several narrow rows make one wide one.
#[inline(always)]
fn add_narrow<T: Num>(x: &[T], inner: usize, out: &mut [T]) {
    let mut acc = [T::ZERO; STRIP];
    let acc = &mut acc[..STRIP / 2 / inner * inner];
    let whole = x.len() / acc.len();
    add_rows(x, whole, acc.len(), acc);
    add_plain(acc, inner, out);
    add_plain(&x[whole * acc.len()..], inner, out);
}

/// Adds `n` rows, `stride` apart, to `out`.
#[inline(always)]
fn add_rows<T: Num>(x: &[T], n: usize, stride: usize, out: &mut [T]) {
    let mut acc = [T::ZERO; STRIP];
    let acc = &mut acc[..out.len()];
    for first in (0..n).step_by(ROWS) {
        acc.fill(T::ZERO);
        for k in first..n.min(first + ROWS) {
            let row = &x[k * stride..][..acc.len()];
            acc.iter_mut().zip(row).for_each(|(a, &x)| *a = a.plus(x));
        }
        out.iter_mut().zip(&*acc).for_each(|(o, &a)| *o = o.plus(a));
    }
}

/// Multiplies along the middle axis of a contiguous `[outer, n, inner]` into `[outer, inner]`.
pub fn prod_axis<T: Num>(x: &[T], outer: usize, n: usize, inner: usize, out: &mut [T]) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    out.fill(T::ONE);
    for (at, x) in x.chunks_exact(inner.max(1)).enumerate() {
        let out = &mut out[at / n * inner..][..inner];
        out.iter_mut().zip(x).for_each(|(o, &x)| *o = o.times(x));
    }
}
