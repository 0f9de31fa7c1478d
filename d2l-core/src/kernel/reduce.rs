//! Folds (sums, products, maxima, minima) over everything or over one axis.
//!
//! What is folded is cut into chunks by its shape alone and the results are joined in a fixed order,
//! so they do not depend on the number of threads, and rounding errors stay small however long it is.
mod extremum;
pub mod moments;
#[cfg(test)]
mod tests;

pub use extremum::{max_axis, min_axis};

use super::{
    math::Num,
    simd::{Level, simd},
    threads::for_chunks,
};

/// Elements that one thread reduces in one go.
const CHUNK: usize = 1 << 15;
/// Elements of a row that are joined in lanes before the lanes are.
const BLOCK: usize = 2048;
/// Lanes of a row: four of the widest registers, to keep the adders busy.
const LANES: usize = 64;
/// Up to this length a row is folded in plain order.
const SHORT: usize = 16;
/// Columns that are folded side by side.
const STRIP: usize = 256;
/// Rows that a strip joins before they join the total.
const ROWS: usize = 128;

/// The highest level of a loop over `T`. Folds wait for memory, so wider registers would not help; whole
/// numbers are folded rarely.
const fn top<T: Num>() -> Level {
    if T::FLOAT { Level::Avx2 } else { Level::Base }
}

/// How two partial results become one.
pub trait Join: Copy + Send + Sync {
    /// What joins without effect.
    fn start<T: Num>() -> T;
    /// Both in one.
    fn join<T: Num>(a: T, b: T) -> T;
}

macro_rules! joins {
    ($($(#[$doc:meta])* $name:ident = $start:ident, $join:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        pub struct $name;
        impl Join for $name {
            #[inline(always)]
            fn start<T: Num>() -> T { T::$start }
            #[inline(always)]
            fn join<T: Num>(a: T, b: T) -> T { a.$join(b) }
        }
    )*};
}
joins! {
    /// `a + b`; integers wrap around.
    Sum = ZERO, plus;
    /// `a * b`; integers wrap around.
    Prod = ONE, times;
    /// The greater; NaN wins.
    Max = LOWEST, max_nan;
    /// The lesser; NaN wins.
    Min = HIGHEST, min_nan;
}

/// The sum of all elements; 0 if there are none. Integers wrap around.
pub fn sum<T: Num>(x: &[T]) -> T {
    if x.len() <= SHORT {
        return x.iter().fold(T::ZERO, |s, &x| s.plus(x));
    }
    let mut total = [T::ZERO];
    fold_axis(x, 1, x.len(), 1, &mut total, Sum);
    total[0]
}

/// Folds the middle axis of a contiguous `[outer, n, inner]` into `[outer, inner]`.
pub fn fold_axis<T: Num, J: Join>(
    x: &[T],
    outer: usize,
    n: usize,
    inner: usize,
    out: &mut [T],
    _join: J,
) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner);
    if x.is_empty() {
        out.fill(J::start());
    } else {
        fold_some::<T, J>(x, n, inner, out);
    }
}

fn fold_some<T: Num, J: Join>(x: &[T], n: usize, inner: usize, out: &mut [T]) {
    // Long columns are cut, and the results of the pieces folded.
    let rows = (CHUNK / inner).max(2 * ROWS);
    if n > rows {
        let pieces = n.div_ceil(rows);
        let mut parts = vec![T::ZERO; out.len() * pieces];
        for_chunks(&mut parts, inner, |at, out| {
            let (o, p) = (at / inner / pieces, at / inner % pieces);
            let x = &x[(o * n + p * rows) * inner..][..rows.min(n - p * rows) * inner];
            fold_part::<T, J>(x, x.len() / inner, inner, 0, out);
        });
        return fold_some::<T, J>(&parts, pieces, inner, out);
    }
    for_chunks(out, chunk(n, inner), |at, out| {
        fold_part::<T, J>(x, n, inner, at, out);
    });
}

/// How many results one thread computes in one go.
fn chunk(n: usize, inner: usize) -> usize {
    let chunk = (CHUNK / n).next_multiple_of(STRIP);
    if inner > chunk {
        chunk
    } else {
        CHUNK.div_ceil(n * inner) * inner
    }
}

/// The results from number `at` of all `[outer, inner]` on.
fn fold_part<T: Num, J: Join>(x: &[T], n: usize, inner: usize, at: usize, out: &mut [T]) {
    if inner > 1 {
        fold_columns::<T, J>(x, n, inner, at, out);
    } else if n <= SHORT {
        let rows = x[at * n..].chunks_exact(n);
        rows.zip(out)
            .for_each(|(row, o)| *o = row.iter().fold(J::start(), |s, &x| J::join(s, x)));
    } else {
        fold_rows::<T, J>(&x[at * n..], n, out);
    }
}

simd! {
    up to [top::<T>()]
    fn fold_rows[T, J](x: &[T], n: usize, out: &mut [T]) where [T: Num, J: Join] {
        for (x, o) in x.chunks_exact(n).zip(out) {
            // Plain loops: a large closure might not be inlined and would lose the shell's instructions.
            *o = J::start();
            for x in x.chunks(BLOCK) {
                *o = J::join(*o, fold_block::<T, J>(x));
            }
        }
    }
}

#[inline(always)]
fn fold_block<T: Num, J: Join>(x: &[T]) -> T {
    let mut acc = [J::start::<T>(); LANES];
    let (head, tail) = x.as_chunks::<LANES>();
    for x in head {
        for j in 0..LANES {
            acc[j] = J::join(acc[j], x[j]);
        }
    }
    tail.iter()
        .zip(&mut acc)
        .for_each(|(&x, a)| *a = J::join(*a, x));
    fold(&mut acc, J::join)
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

fn fold_columns<T: Num, J: Join>(x: &[T], n: usize, inner: usize, at: usize, out: &mut [T]) {
    let mut done = 0;
    while done < out.len() {
        let (o, i) = ((at + done) / inner, (at + done) % inner);
        let width = STRIP.min(inner - i).min(out.len() - done);
        let out = &mut out[done..done + width];
        done += width;
        out.fill(J::start());
        if n * inner > STRIP && 2 * inner <= STRIP {
            fold_narrow::<T, J>(&x[o * n * inner..][..n * inner], inner, out);
        } else {
            fold_strip::<T, J>(&x[o * n * inner + i..], n, inner, out);
        }
    }
}

/// [`fold_strip`] where several narrow rows make one wide one.
fn fold_narrow<T: Num, J: Join>(x: &[T], inner: usize, out: &mut [T]) {
    let mut acc = [J::start::<T>(); STRIP];
    let acc = &mut acc[..STRIP / 2 / inner * inner];
    let (whole, rest) = x.split_at(x.len() / acc.len() * acc.len());
    fold_strip::<T, J>(whole, whole.len() / acc.len(), acc.len(), acc);
    for part in [acc, rest] {
        join_rows::<T, J>(part, part.len() / inner, inner, out);
    }
}

/// Joins `n` rows, `stride` apart, to `out`, in groups.
fn fold_strip<T: Num, J: Join>(x: &[T], n: usize, stride: usize, out: &mut [T]) {
    if n <= ROWS {
        return join_rows::<T, J>(x, n, stride, out);
    }
    let mut acc = [T::ZERO; STRIP];
    let acc = &mut acc[..out.len()];
    for first in (0..n).step_by(ROWS) {
        acc.fill(J::start());
        join_rows::<T, J>(&x[first * stride..], ROWS.min(n - first), stride, acc);
        join_rows::<T, J>(acc, 1, 0, out);
    }
}

simd! {
    up to [top::<T>()]
    fn join_rows[T, J](x: &[T], n: usize, stride: usize, out: &mut [T]) where [T: Num, J: Join] {
        for k in 0..n {
            let row = &x[k * stride..][..out.len()];
            out.iter_mut().zip(row).for_each(|(o, &x)| *o = J::join(*o, x));
        }
    }
}
