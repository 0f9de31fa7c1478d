//! The loops for windows of 2x2 side by side: two rows of the input, of `width` elements, and one of
//! the output.
use super::{
    super::{math::Float, simd::simd},
    Place,
};

/// The pairs of two rows that give `n` outputs.
#[inline(always)]
fn two_rows<T>(x: &[T], width: usize, n: usize) -> impl Iterator<Item = (&[T; 2], &[T; 2])> {
    let row = |from: usize| x[from..from + 2 * n].as_chunks::<2>().0.iter();
    row(0).zip(row(width))
}

/// [`two_rows`], to write.
#[inline(always)]
fn two_rows_mut<T>(
    x: &mut [T],
    width: usize,
    n: usize,
) -> impl Iterator<Item = (&mut [T; 2], &mut [T; 2])> {
    let (above, below) = x.split_at_mut(width);
    let above = above[..2 * n].as_chunks_mut::<2>().0.iter_mut();
    above.zip(below[..2 * n].as_chunks_mut::<2>().0)
}

simd! {
    pub fn max_pairs[T](x: &[T], width: usize, y: &mut [T]) where [T: Float] {
        let n = y.len();
        for (y, (a, b)) in y.iter_mut().zip(two_rows(x, width, n)) {
            *y = a[0].max_nan(a[1]).max_nan(b[0].max_nan(b[1]));
        }
    }
}

/// Outputs whose places are found before they are written.
const RUN: usize = 64;

simd! {
    pub fn max_pairs_at[T, I](x: &[T], width: usize, from: usize, y: &mut [T], at: &mut [I])
    where [T: Float, I: Place] {
        let mut codes = [0u32; RUN];
        for (r, (y, at)) in y.chunks_mut(RUN).zip(at.chunks_mut(RUN)).enumerate() {
            let n = y.len();
            let pairs = two_rows(&x[2 * r * RUN..], width, n);
            for ((y, code), (a, b)) in y.iter_mut().zip(&mut codes).zip(pairs) {
                let (mut best, mut place) = (a[0], 0);
                for (i, v) in [(1, a[1]), (2, b[0]), (3, b[1])] {
                    let wins = (v > best) | v.is_nan();
                    best = if wins { v } else { best };
                    place = if wins { i } else { place };
                }
                (*y, *code) = (best, place);
            }
            for (i, (at, &code)) in at.iter_mut().zip(&codes).enumerate() {
                let code = code as usize;
                let flat = from + 2 * (r * RUN + i) + code / 2 * width + code % 2;
                *at = I::new(flat, code);
            }
        }
    }
}

simd! {
    pub fn spread_pairs[T, I](g: &[T], at: &[I], width: usize, x: &mut [T]) where [T: Float, I: Place] {
        for ((&g, at), (a, b)) in g.iter().zip(at).zip(two_rows_mut(x, width, g.len())) {
            let code = at.ordinal().unwrap_or(0);
            let pick = |i: u8| if code == i { g } else { T::ZERO };
            (*a, *b) = ([pick(0), pick(1)], [pick(2), pick(3)]);
        }
    }
}

simd! {
    pub fn mean_pairs[T](x: &[T], width: usize, by: T, y: &mut [T]) where [T: Float] {
        let n = y.len();
        for (y, (a, b)) in y.iter_mut().zip(two_rows(x, width, n)) {
            *y = (a[0] + a[1] + b[0] + b[1]) / by;
        }
    }
}

simd! {
    pub fn share_pairs[T](g: &[T], by: T, width: usize, x: &mut [T]) where [T: Float] {
        for (&g, (a, b)) in g.iter().zip(two_rows_mut(x, width, g.len())) {
            let part = g / by;
            (*a, *b) = ([part; 2], [part; 2]);
        }
    }
}
