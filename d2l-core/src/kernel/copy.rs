//! Copies through strides: views made contiguous, and back.
mod stream;
mod transpose;

pub use stream::{is_large, stream};
pub use transpose::{columns, transpose, transpose_past};

use super::{
    elementwise::axes::Axes,
    threads::{for_chunks, num_threads},
};

/// Elements that one thread copies in one go.
const CHUNK: usize = 1 << 15;
/// Transposes of this many bytes are written past the cache: they would only push other data out of it,
/// and every line would be read before it is written.
const LARGE: usize = 8 << 20;

/// Copies the view of `src` that begins at `offset` into the contiguous `out`.
///
/// # Panics
/// If `src` is too short.
pub fn gather_strided<T: Copy + Send + Sync>(
    src: &[T],
    offset: usize,
    shape: &[usize],
    strides: &[usize],
    out: &mut [T],
) {
    assert_eq!(out.len(), shape.iter().product::<usize>());
    if out.is_empty() {
        return;
    }
    let Some(axes) = Axes::new(shape, [strides]) else {
        let n = out.len() / shape[0];
        for (i, out) in out.chunks_exact_mut(n).enumerate() {
            gather_strided(
                src,
                offset + i * strides[0],
                &shape[1..],
                &strides[1..],
                out,
            );
        }
        return;
    };
    let (n, [stride]) = axes.inner();
    // Few long rows are cut within the row where that is simple.
    if stride == 1 && axes.shape[axes.rank - 2] == 1 {
        return for_chunks(out, CHUNK, |i, out| {
            out.copy_from_slice(&src[offset + i..][..out.len()])
        });
    }
    let all = out.len() / n;
    // Rows whose elements are neighbours in the source are copied in squares.
    let together = match stride {
        2.. if all >= 512 => 64,
        2.. => 16,
        _ => 1,
    };
    let rows = match num_threads() {
        1 => all,
        _ => (CHUNK / n).max(1).next_multiple_of(together),
    };
    let past = size_of_val(out) >= LARGE;
    for_chunks(out, rows * n, |i, mut out| {
        axes.blocks(i / n, out.len() / n, |rows, [at], [row_stride]| {
            let (part, rest) = std::mem::take(&mut out).split_at_mut(rows * n);
            gather_block(&src[offset + at..], [row_stride, stride], n, part, past);
            out = rest;
        });
    });
}

/// Rows of `n` elements.
fn gather_block<T: Copy>(
    src: &[T],
    [row, stride]: [usize; 2],
    n: usize,
    out: &mut [T],
    past: bool,
) {
    if row == 1 && stride > 1 {
        return transpose_past(n, out.len() / n, src, stride, out, n, past);
    }
    for (i, out) in out.chunks_exact_mut(n).enumerate() {
        let src = &src[i * row..];
        match stride {
            0 => out.fill(src[0]),
            1 => out.copy_from_slice(&src[..n]),
            _ => out
                .iter_mut()
                .zip(src.iter().step_by(stride))
                .for_each(|(o, &x)| *o = x),
        }
    }
}

/// The inverse of [`gather_strided`]: writes the contiguous `src` into the view of `dst` that begins
/// at `offset`. Where the view overlaps itself, the last element in row-major order stays.
///
/// # Panics
/// If `dst` is too short.
pub fn scatter_strided<T: Copy + Send + Sync>(
    src: &[T],
    dst: &mut [T],
    offset: usize,
    shape: &[usize],
    strides: &[usize],
) {
    assert_eq!(src.len(), shape.iter().product::<usize>());
    if src.is_empty() {
        return;
    }
    let Some(axes) = Axes::new(shape, [strides]) else {
        let n = src.len() / shape[0];
        for (i, src) in src.chunks_exact(n).enumerate() {
            scatter_strided(
                src,
                dst,
                offset + i * strides[0],
                &shape[1..],
                &strides[1..],
            );
        }
        return;
    };
    let (n, [stride]) = axes.inner();
    let mut rest = src;
    axes.blocks(0, src.len() / n, |rows, [at], [row_stride]| {
        let (part, tail) = rest.split_at(rows * n);
        scatter_block(part, &mut dst[offset + at..], [row_stride, stride], n);
        rest = tail;
    });
}

/// Rows of `n` elements.
fn scatter_block<T: Copy>(src: &[T], dst: &mut [T], [row, stride]: [usize; 2], n: usize) {
    if row == 1 && stride >= src.len() / n {
        let past = size_of_val(src) >= LARGE;
        return transpose_past(src.len() / n, n, src, n, dst, stride, past);
    }
    for (i, src) in src.chunks_exact(n).enumerate() {
        let dst = &mut dst[i * row..];
        match stride {
            0 => dst[0] = src[n - 1],
            1 => dst[..n].copy_from_slice(src),
            _ => dst
                .iter_mut()
                .step_by(stride)
                .zip(src)
                .for_each(|(d, &x)| *d = x),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            simd::{levels, with_level},
            threads::set_num_threads,
        },
        *,
    };

    /// The offsets of all elements, in row-major order: the definition.
    fn offsets(shape: &[usize], strides: &[usize]) -> Vec<usize> {
        let mut at = vec![0];
        for (&n, &s) in shape.iter().zip(strides) {
            at = at
                .iter()
                .flat_map(|&o| (0..n).map(move |i| o + i * s))
                .collect();
        }
        at
    }

    fn views() -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut views: Vec<(Vec<usize>, Vec<usize>)> = [
            (&[][..], &[][..]),
            (&[0], &[1]),
            (&[3, 0, 2], &[2, 2, 1]),
            (&[5], &[3]),
            (&[4, 6], &[0, 1]),
            (&[4, 6], &[1, 0]),
            (&[2, 3, 4], &[12, 4, 1]),
            (&[4, 3, 2], &[1, 4, 12]),
            (&[3, 33, 20], &[660, 1, 33]),
            (&[33, 3, 20], &[1, 660, 33]),
            (&[300, 301], &[1, 300]),
            (&[176, 139], &[1, 176]),
            (&[2, 40_000], &[50_000, 1]),
            (&[2, 40_000], &[80_001, 2]),
            (&[100, 50, 30], &[2000, 40, 1]),
            (
                &[2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
                &[1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
            ),
        ]
        .map(|(a, b)| (a.to_vec(), b.to_vec()))
        .to_vec();
        for n in 0..40 {
            views.push((vec![n, 41 - n], vec![1, n]));
            views.push((vec![n, 7], vec![1, n + 3]));
        }
        views
    }

    fn check<T: Copy + Send + Sync + PartialEq + std::fmt::Debug>(f: impl Fn(usize) -> T) {
        for (shape, strides) in views() {
            let at = offsets(&shape, &strides);
            let src: Vec<T> = (0..at.iter().max().map_or(0, |m| m + 4)).map(&f).collect();
            let want: Vec<T> = at.iter().map(|&o| src[o + 3]).collect();
            for (level, threads) in levels().flat_map(|l| [(l, 1), (l, 2)]) {
                set_num_threads(threads);
                let (mut out, mut dst) = (vec![f(0); at.len()], vec![f(1); src.len().max(3)]);
                with_level(level, || {
                    gather_strided(&src, 3.min(src.len()), &shape, &strides, &mut out);
                    assert_eq!(out, want, "{shape:?} {strides:?}");
                    scatter_strided(&out, &mut dst, 3, &shape, &strides);
                });
                assert!(
                    at.iter().all(|&o| dst[o + 3] == src[o + 3]),
                    "{shape:?} {strides:?}"
                );
                let untouched = dst.iter().filter(|&&x| x == f(1)).count();
                assert!(untouched + at.len() >= dst.len());
            }
        }
    }

    #[test]
    fn agrees_with_the_definition() {
        check(|i| i as f32);
        check(|i| i as i64);
        check(|i| (i % 251) as u8);
    }
}
