//! Element by element: `out[i] = f(a[i])`, `out[i] = f(a[i], b[i])`, and the same through strides.
//!
//! Lengths must agree; the callers in `ops` check shapes. Short inputs run a plain loop, longer ones a
//! vectorised shell, long ones several threads.
use std::any::TypeId;

use super::{
    copy::{is_large, stream},
    math::{Float, MathFn},
    simd::simd,
    threads::{for_chunks, num_threads},
};

/// Up to this length a plain loop is cheaper than choosing a shell.
const SHORT: usize = 16;
/// Elements per chunk of a threaded loop.
const CHUNK: usize = 1 << 15;
/// Up to this length one thread does the work.
const SERIAL: usize = 1 << 16;

/// Whether a loop over `len` elements runs on this thread alone.
#[inline(always)]
fn serial(len: usize) -> bool {
    len <= SERIAL || num_threads() == 1
}

/// Whether a loop over `A` is worth a version for each instruction set: floats are what models
/// compute with; for the rest the baseline's vectors do.
#[inline(always)]
fn is_float<A: 'static>() -> bool {
    let t = TypeId::of::<A>();
    t == TypeId::of::<f32>() || t == TypeId::of::<f64>()
}

/// A loop over plain slices, `out[i] = f(x[i])`. It is all that is compiled for each formula; what
/// cuts the work into pieces is compiled once for all of them, and calls it.
pub trait MapLoop<A, R>: Sync {
    /// Writes all of `out`.
    fn run(&self, x: &[A], out: &mut [R]);
}

/// The same for `out[i] = f(a[i], b[i])`.
pub trait ZipLoop<A, B, R>: Sync {
    /// Writes all of `out`.
    fn run(&self, a: &[A], b: &[B], out: &mut [R]);
}

/// A formula, of which these are the loops. Not a `dyn Fn`, whose table has three entries that call the
/// closure, each with a copy of its code.
struct Formula<F>(F);

/// The loop of a formula for [`map`] and [`map_strided`].
#[inline]
pub fn map_loop<A: Copy + 'static, R>(f: impl Fn(A) -> R + Copy + Sync) -> impl MapLoop<A, R> {
    Formula(f)
}

impl<A: Copy + 'static, R, F: Fn(A) -> R + Copy + Sync> MapLoop<A, R> for Formula<F> {
    fn run(&self, x: &[A], out: &mut [R]) {
        if x.len() > SHORT && is_float::<A>() {
            map_simd(x, out, self.0);
        } else {
            map_plain(x, out, self.0);
        }
    }
}

/// The loop of a formula for [`zip`] and [`zip_strided`].
#[inline]
pub fn zip_loop<A: Copy + 'static, B: Copy, R>(
    f: impl Fn(A, B) -> R + Copy + Sync,
) -> impl ZipLoop<A, B, R> {
    Formula(f)
}

impl<A: Copy + 'static, B: Copy, R, F> ZipLoop<A, B, R> for Formula<F>
where
    F: Fn(A, B) -> R + Copy + Sync,
{
    fn run(&self, a: &[A], b: &[B], out: &mut [R]) {
        if a.len() > SHORT && is_float::<A>() {
            zip_simd(a, b, out, self.0);
        } else {
            zip_plain(a, b, out, self.0);
        }
    }
}

/// `out[i] = f(x[i])`.
pub fn map<A: Sync, R: Copy + Send>(x: &[A], out: &mut [R], run: &dyn MapLoop<A, R>) {
    assert_eq!(x.len(), out.len());
    results(out, &|i, out| run.run(&x[i..][..out.len()], out));
}

#[inline(always)]
fn map_plain<A: Copy, R>(x: &[A], out: &mut [R], f: impl Fn(A) -> R) {
    for (&x, o) in x.iter().zip(out) {
        *o = f(x);
    }
}

simd! {
    fn map_simd[A, R, F](x: &[A], out: &mut [R], f: F)
    where [A: Copy, F: Fn(A) -> R + Copy] {
        map_plain(x, out, f);
    }
}

/// `out[i] = f(a[i], b[i])`.
pub fn zip<A: Sync, B: Sync, R: Copy + Send>(
    a: &[A],
    b: &[B],
    out: &mut [R],
    run: &dyn ZipLoop<A, B, R>,
) {
    assert!(a.len() == out.len() && b.len() == out.len());
    results(out, &|i, out| {
        run.run(&a[i..][..out.len()], &b[i..][..out.len()], out)
    });
}

/// [`pieces`] of a new tensor: what is too large for the cache is written past it.
fn results<R: Copy + Send>(out: &mut [R], f: &(dyn Fn(usize, &mut [R]) + Sync)) {
    if is_large(out) {
        pieces(out, |i, out| stream(out, &|j, out| f(i + j, out)));
    } else {
        pieces(out, f);
    }
}

#[inline(always)]
fn zip_plain<A: Copy, B: Copy, R>(a: &[A], b: &[B], out: &mut [R], f: impl Fn(A, B) -> R) {
    for ((&a, &b), o) in a.iter().zip(b).zip(out) {
        *o = f(a, b);
    }
}

simd! {
    fn zip_simd[A, B, R, F](a: &[A], b: &[B], out: &mut [R], f: F)
    where [A: Copy, B: Copy, F: Fn(A, B) -> R + Copy] {
        zip_plain(a, b, out, f);
    }
}

/// `out[i] = f(out[i])`.
#[inline]
pub fn map_in_place<A: Copy + Send>(out: &mut [A], f: impl Fn(A) -> A + Copy + Sync) {
    if out.len() <= SHORT {
        out.iter_mut().for_each(|o| *o = f(*o));
    } else {
        pieces(out, |_, out| map_in_place_simd(out, f));
    }
}

simd! {
    fn map_in_place_simd[A, F](out: &mut [A], f: F)
    where [A: Copy, F: Fn(A) -> A + Copy] {
        out.iter_mut().for_each(|o| *o = f(*o));
    }
}

/// `out[i] = f(out[i], b[i])`.
#[inline]
pub fn zip_in_place<A, B, F>(out: &mut [A], b: &[B], f: F)
where
    A: Copy + Send,
    B: Copy + Sync,
    F: Fn(A, B) -> A + Copy + Sync,
{
    assert_eq!(out.len(), b.len());
    if out.len() <= SHORT {
        zip_in_place_plain(out, b, f);
    } else {
        pieces(out, |i, out| {
            zip_in_place_simd(out, &b[i..][..out.len()], f)
        });
    }
}

#[inline(always)]
fn zip_in_place_plain<A: Copy, B: Copy>(out: &mut [A], b: &[B], f: impl Fn(A, B) -> A) {
    for (o, &b) in out.iter_mut().zip(b) {
        *o = f(*o, b);
    }
}

simd! {
    fn zip_in_place_simd[A, B, F](out: &mut [A], b: &[B], f: F)
    where [A: Copy, B: Copy, F: Fn(A, B) -> A + Copy] {
        zip_in_place_plain(out, b, f);
    }
}

/// Calls `f(start, piece)` for all of `out` at once, or chunk by chunk on several threads.
#[inline]
fn pieces<R: Send>(out: &mut [R], f: impl Fn(usize, &mut [R]) + Sync) {
    let chunk = if serial(out.len()) { out.len() } else { CHUNK };
    for_chunks(out, chunk, f);
}

/// `out[i] += alpha * x[i]`: the step of gradient descent.
#[inline]
pub fn axpy<T: Float>(out: &mut [T], alpha: T, x: &[T]) {
    zip_in_place(out, x, move |o, x| o + alpha * x);
}

/// `out[i] = M(x[i])` for a named function such as `math::Tanh`: the fast way to `exp` and its like.
/// A single short loop costs the same as `map`.
#[inline]
pub fn map_math<T: Float, M: MathFn<T>>(_: M, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len());
    // Dear elements: shorter chunks than those of `map`.
    const CHUNK: usize = 1 << 13;
    for_chunks(out, CHUNK, |i, out| {
        math_simd::<T, M>(&x[i..][..out.len()], out)
    });
}

simd! {
    fn math_simd[T, M](x: &[T], out: &mut [T])
    where [T: Float, M: MathFn<T>] {
        map_plain(x, out, M::call::<FMA>);
    }
}

pub mod axes;
pub mod formula;
mod strided;
pub use strided::{TILE, map_strided, zip_strided};

#[cfg(test)]
mod tests;
