//! The greatest or least element along an axis, and where it is first.
use super::{
    super::{
        copy::transpose,
        math::Num,
        simd::simd,
        threads::{Shared, for_chunks},
    },
    CHUNK, LANES, SHORT, fold, top,
};

/// Columns that are searched side by side.
const STRIP: usize = 64;

/// Which of two elements wins. A NaN wins always: it is no number, but it must not get lost.
trait Order: Copy + Sync {
    /// Loses against every number.
    fn start<T: Num>() -> T;
    /// Whether `a` beats `b`.
    fn beats<T: Num>(a: T, b: T) -> bool;
}

#[derive(Clone, Copy)]
struct Greatest;

impl Order for Greatest {
    #[inline(always)]
    fn start<T: Num>() -> T {
        T::LOWEST
    }
    #[inline(always)]
    fn beats<T: Num>(a: T, b: T) -> bool {
        (a > b) | (a.is_nan() & !b.is_nan())
    }
}

#[derive(Clone, Copy)]
struct Least;

impl Order for Least {
    #[inline(always)]
    fn start<T: Num>() -> T {
        T::HIGHEST
    }
    #[inline(always)]
    fn beats<T: Num>(a: T, b: T) -> bool {
        (a < b) | (a.is_nan() & !b.is_nan())
    }
}

/// The greatest along the middle axis of a contiguous `[outer, n, inner]`, and where it is first; a NaN
/// wins, as in PyTorch.
///
/// # Panics
/// If `n` is zero.
pub fn max_axis<T: Num>(
    x: &[T],
    outer: usize,
    n: usize,
    inner: usize,
    out: &mut [T],
    index: &mut [i64],
) {
    best_axis::<T, Greatest>(x, outer, n, inner, out, index);
}

/// [`max_axis`] for the least.
///
/// # Panics
/// If `n` is zero.
pub fn min_axis<T: Num>(
    x: &[T],
    outer: usize,
    n: usize,
    inner: usize,
    out: &mut [T],
    index: &mut [i64],
) {
    best_axis::<T, Least>(x, outer, n, inner, out, index);
}

fn best_axis<T: Num, O: Order>(
    x: &[T],
    outer: usize,
    n: usize,
    inner: usize,
    out: &mut [T],
    index: &mut [i64],
) {
    assert!(x.len() == outer * n * inner && out.len() == outer * inner && index.len() == out.len());
    if out.is_empty() {
        return;
    }
    assert!(n > 0, "nothing to choose from");
    if inner == 1 && n > 2 * CHUNK {
        for ((x, out), index) in x.chunks_exact(n).zip(out).zip(index) {
            (*out, *index) = best_of_many::<T, O>(x);
        }
        return;
    }
    let chunk = CHUNK.div_ceil(n).next_multiple_of(STRIP);
    let indices = Shared::new(index);
    for_chunks(out, chunk, |at, out| {
        // SAFETY: as `out`: this chunk's own part, of the same length.
        let index = unsafe { indices.slice(at, out.len()) };
        if inner == 1 {
            best_rows::<T, O>(&x[at * n..], n, out, index);
        } else {
            best_columns::<T, O>(x, n, inner, at, out, index);
        }
    });
}

/// One long row, on several threads.
fn best_of_many<T: Num, O: Order>(x: &[T]) -> (T, i64) {
    let mut parts = vec![(T::ZERO, 0); x.len().div_ceil(CHUNK)];
    for_chunks(&mut parts, 1, |p, part| {
        let x = &x[p * CHUNK..x.len().min((p + 1) * CHUNK)];
        let (mut value, mut index) = ([T::ZERO], [0]);
        best_rows::<T, O>(x, x.len(), &mut value, &mut index);
        part[0] = (value[0], index[0] + (p * CHUNK) as i64);
    });
    parts
        .into_iter()
        .reduce(|a, b| if O::beats(b.0, a.0) { b } else { a })
        .expect("not empty")
}

fn best_rows<T: Num, O: Order>(x: &[T], n: usize, out: &mut [T], index: &mut [i64]) {
    if n > SHORT {
        for ((x, out), index) in x.chunks_exact(n).zip(out).zip(index) {
            let at = best_of::<T, O>(x);
            (*out, *index) = (x[at], at as i64);
        }
        return;
    }
    // Short rows side by side.
    let mut columns = [[T::ZERO; STRIP]; SHORT];
    let columns = columns.as_flattened_mut();
    let parts = out.chunks_mut(STRIP).zip(index.chunks_mut(STRIP));
    for (x, (out, index)) in x.chunks(n * STRIP).zip(parts) {
        transpose(out.len(), n, x, n, columns, STRIP);
        best_strip::<T, O>(columns, n, STRIP, out, index);
    }
}

simd! {
    up to [top::<T>()]
    fn best_of[T, O](x: &[T]) -> usize where [T: Num, O: Order] {
        find::<T>(x, best::<T, O>(x))
    }
}

/// The value that wins (0 and -0 alike), lane by lane.
#[inline(always)]
fn best<T: Num, O: Order>(x: &[T]) -> T {
    let choose = |a: T, b: T| if O::beats(b, a) { b } else { a };
    let mut lanes = [O::start::<T>(); LANES];
    let (head, tail) = x.as_chunks::<LANES>();
    for x in head {
        for j in 0..LANES {
            lanes[j] = choose(lanes[j], x[j]);
        }
    }
    tail.iter()
        .zip(&mut lanes)
        .for_each(|(&x, a)| *a = choose(*a, x));
    fold(&mut lanes, choose)
}

/// Where `value`, which occurs, occurs first.
#[inline(always)]
fn find<T: Num>(x: &[T], value: T) -> usize {
    let same = |x: T| (x == value) | (x.is_nan() & value.is_nan());
    let blocks = x.as_chunks::<LANES>().0;
    let block = blocks
        .iter()
        .position(|b| b.iter().fold(false, |any, &x| any | same(x)))
        .unwrap_or(blocks.len());
    let from = block * LANES;
    from + x[from..]
        .iter()
        .position(|&x| same(x))
        .expect("the value occurs")
}

fn best_columns<T: Num, O: Order>(
    x: &[T],
    n: usize,
    inner: usize,
    at: usize,
    out: &mut [T],
    index: &mut [i64],
) {
    let mut done = 0;
    while done < out.len() {
        let (o, i) = ((at + done) / inner, (at + done) % inner);
        let part = done..done + (inner - i).min(out.len() - done).min(STRIP);
        done = part.end;
        let x = &x[o * n * inner + i..];
        best_strip::<T, O>(x, n, inner, &mut out[part.clone()], &mut index[part]);
    }
}

simd! {
    up to [top::<T>()]
    /// Up to [`STRIP`] columns of `n` elements, `stride` apart.
    fn best_strip[T, O](x: &[T], n: usize, stride: usize, out: &mut [T], index: &mut [i64])
    where [T: Num, O: Order] {
        let mut at = [0u32; STRIP];
        let at = &mut at[..out.len()];
        out.copy_from_slice(&x[..out.len()]);
        for k in 1..n {
            let row = &x[k * stride..][..out.len()];
            for ((best, at), &v) in out.iter_mut().zip(&mut *at).zip(row) {
                let wins = O::beats(v, *best);
                *best = if wins { v } else { *best };
                *at = if wins { k as u32 } else { *at };
            }
        }
        index.iter_mut().zip(at).for_each(|(i, at)| *i = i64::from(*at));
    }
}
