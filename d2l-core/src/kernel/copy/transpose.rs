//! Transposes, tile by tile, for elements of any type.
use super::super::{math::Float, simd::prefetch};
use std::mem::MaybeUninit;

#[cfg(target_arch = "x86_64")]
use super::super::simd::{Level, level};

/// Elements of the largest square that goes through a buffer. Without one, lines that fall into the
/// same cache set (any stride that is a multiple of 4 KiB) push each other out half written.
const SQUARE: usize = 4096;
/// Lines along a side of that square. Lines that are written one by one, each to another page, take
/// half as long again.
const RUN: usize = 4;

/// `dst[j ds + i] = src[i rs + j]` for `i < rows`, `j < cols`.
///
/// # Panics
/// If a slice is too short.
pub fn transpose<T: Copy>(
    rows: usize,
    cols: usize,
    src: &[T],
    rs: usize,
    dst: &mut [T],
    ds: usize,
) {
    transpose_past(rows, cols, src, rs, dst, ds, false);
}

/// [`transpose`], `past` the cache if told so and if each column begins a line of `dst`.
///
/// # Panics
/// If a slice is too short.
pub fn transpose_past<T: Copy>(
    rows: usize,
    cols: usize,
    src: &[T],
    rs: usize,
    dst: &mut [T],
    ds: usize,
    past: bool,
) {
    if rows == 0 || cols == 0 {
        return;
    }
    assert!((rows - 1) * rs + cols <= src.len() && (cols - 1) * ds + rows <= dst.len());
    let (src, dst) = (src.as_ptr(), dst.as_mut_ptr());
    // SAFETY: the extents were checked above; the tiles for a size of element move exactly that many
    // bytes, whatever they mean; AVX2 tiles only where the level has it.
    unsafe {
        #[cfg(target_arch = "x86_64")]
        match size_of::<T>() {
            4 if level() >= Level::Avx2 => {
                return x86::four_bytes(rows, cols, src.cast(), rs, dst.cast(), ds, past);
            }
            8 if level() >= Level::Avx2 => {
                return x86::eight_bytes(rows, cols, src.cast(), rs, dst.cast(), ds, past);
            }
            _ => {}
        }
        let tile = |src, dst, ds| square::<T, 8>(src, rs, dst, ds);
        let run = |from: *const T, to: *mut T, n| from.copy_to_nonoverlapping(to, n);
        tiles::<T, 8>(rows, cols, src, rs, dst, ds, tile, run);
    }
}

/// `dst[j width + i] = src[i rs + j]` for `i < rows`, 0 for `rows <= i < width`: columns one after the
/// other, filled up.
///
/// # Panics
/// If a slice is too short or `rows` is more than `width`.
pub fn columns<T: Float>(rows: usize, src: &[T], rs: usize, dst: &mut [T], width: usize) {
    let cols = dst.len() / width;
    if rows == 0 || cols == 0 {
        return dst.fill(T::ZERO);
    }
    assert!(rows <= width && (rows - 1) * rs + cols <= src.len());
    #[cfg(target_arch = "x86_64")]
    if size_of::<T>() == 4 && level() >= Level::Avx2 && (width < 8 || width.is_multiple_of(8)) {
        // SAFETY: the extents were checked above, the width too; a float of four bytes is an `f32`.
        return unsafe {
            let (src, dst) = (src.as_ptr().cast(), dst.as_mut_ptr().cast());
            x86::four_byte_columns(rows, cols, src, rs, dst, width)
        };
    }
    if rows < width {
        dst.fill(T::ZERO);
    }
    transpose(rows, cols, src, rs, dst, width);
}

/// Cuts `len` into pieces `(start, length)` of `step`, the rest into whole lines and what is left.
fn pieces(len: usize, step: usize, line: usize) -> impl Iterator<Item = (usize, usize)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let n = match len - start {
            0 => return None,
            left if left >= step => step,
            left if left >= line => left / line * line,
            left => left,
        };
        start += n;
        Some((start - n, n))
    })
}

/// Covers the matrix with `N` by `N` tiles, and the rest element by element.
///
/// # Safety
/// As [`transpose`] after its check; `tile(src, dst, ds)` moves an `N` by `N` tile, `run(from, to, n)`
/// `n` neighbours, whole cache lines of them.
#[inline(always)]
#[expect(
    clippy::too_many_arguments,
    reason = "two matrices and how to move them"
)]
unsafe fn tiles<T: Copy, const N: usize>(
    rows: usize,
    cols: usize,
    src: *const T,
    rs: usize,
    dst: *mut T,
    ds: usize,
    tile: impl Fn(*const T, *mut T, usize),
    run: impl Fn(*const T, *mut T, usize),
) {
    // The elements of a cache line: squares of this side touch each line once, in one go.
    let line = (64 / size_of::<T>().max(1)).max(N);
    let buffered = RUN * line * RUN * line <= SQUARE;
    let step = if buffered { RUN * line } else { line };
    let (full_rows, full_cols) = (rows / N * N, cols / N * N);
    let mut buffer = [const { MaybeUninit::<T>::uninit() }; SQUARE];
    let buffer = buffer.as_mut_ptr().cast::<T>();
    // SAFETY: all indices stay below `rows` and `cols`; the buffer holds a square.
    unsafe {
        for (i, height) in pieces(full_rows, step, line) {
            let buffered = buffered && height.is_multiple_of(line);
            for (j, width) in pieces(full_cols, step, line) {
                let (src, dst) = (src.add(i * rs + j), dst.add(j * ds + i));
                let (to, step) = if buffered {
                    (buffer, height)
                } else {
                    (dst, ds)
                };
                for i in (0..height).step_by(N) {
                    if buffered {
                        // The next rows, or the first ones of the next square.
                        let next = if i + N < height { (i + N) * rs } else { width };
                        for r in 0..N {
                            let row = src.wrapping_add(next + r * rs);
                            (0..width)
                                .step_by(line)
                                .for_each(|c| prefetch(row.wrapping_add(c)));
                        }
                    }
                    for j in (0..width).step_by(N) {
                        tile(src.add(i * rs + j), to.add(j * step + i), step);
                    }
                }
                if buffered {
                    (0..width).for_each(|j| run(to.add(j * height), dst.add(j * ds), height));
                }
            }
        }
        for i in 0..rows {
            for j in if i < full_rows { full_cols } else { 0 }..cols {
                *dst.add(j * ds + i) = *src.add(i * rs + j);
            }
        }
    }
}

/// An `N` by `N` tile, element by element.
///
/// # Safety
/// As [`transpose`] after its check.
#[inline(always)]
unsafe fn square<T: Copy, const N: usize>(src: *const T, rs: usize, dst: *mut T, ds: usize) {
    for j in 0..N {
        for i in 0..N {
            // SAFETY: demanded of the caller.
            unsafe { *dst.add(j * ds + i) = *src.add(i * rs + j) };
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::tiles;
    use std::arch::x86_64::*;

    /// [`super::transpose`] for elements of four bytes.
    ///
    /// # Safety
    /// As there after its check, and AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn four_bytes(
        rows: usize,
        cols: usize,
        src: *const f32,
        rs: usize,
        dst: *mut f32,
        ds: usize,
        past: bool,
    ) {
        // SAFETY: demanded of the caller.
        unsafe {
            let tile = |src: *const f32, dst, ds| eight_by_eight(|i| src.add(i * rs), dst, ds);
            let past = past && begins_lines(dst, ds);
            let run = |from, to, n| move_run(from, to, n, past);
            tiles::<f32, 8>(rows, cols, src, rs, dst, ds, tile, run);
            _mm_sfence();
        }
    }

    /// [`super::columns`] for elements of four bytes. Whole registers are written; where that is too
    /// much, the next column covers it.
    ///
    /// # Safety
    /// As there after its check, AVX2, and a width that is below eight or a multiple of it.
    #[target_feature(enable = "avx2")]
    pub unsafe fn four_byte_columns(
        rows: usize,
        cols: usize,
        src: *const f32,
        rs: usize,
        dst: *mut f32,
        width: usize,
    ) {
        const NONE: [f32; 8] = [0.0; 8];
        for first in (0..width).step_by(8) {
            let mut j = 0;
            // SAFETY: demanded of the caller; rows are read within, and the last register of a block
            // ends within the result.
            unsafe {
                while (j + 7) * width + first + 8 <= cols * width {
                    let row = |i: usize| {
                        if first + i < rows {
                            src.add((first + i) * rs + j)
                        } else {
                            NONE.as_ptr()
                        }
                    };
                    eight_by_eight(row, dst.add(j * width + first), width);
                    j += 8;
                }
                for j in j..cols {
                    for i in first..width.min(first + 8) {
                        let x = if i < rows { *src.add(i * rs + j) } else { 0.0 };
                        *dst.add(j * width + i) = x;
                    }
                }
            }
        }
    }

    /// [`super::transpose`] for elements of eight bytes.
    ///
    /// # Safety
    /// As there after its check, and AVX2.
    #[target_feature(enable = "avx2")]
    pub unsafe fn eight_bytes(
        rows: usize,
        cols: usize,
        src: *const f64,
        rs: usize,
        dst: *mut f64,
        ds: usize,
        past: bool,
    ) {
        // SAFETY: demanded of the caller.
        unsafe {
            let tile = |src, dst, ds| four_by_four(src, rs, dst, ds);
            let past = past && begins_lines(dst, ds);
            let run = |from, to, n| move_run(from, to, n, past);
            tiles::<f64, 4>(rows, cols, src, rs, dst, ds, tile, run);
            _mm_sfence();
        }
    }

    /// Whether each column of the result begins a cache line.
    fn begins_lines<T>(dst: *const T, ds: usize) -> bool {
        dst.addr().is_multiple_of(64) && (ds * size_of::<T>()).is_multiple_of(64)
    }

    /// Copies `n` elements, `past` the cache if told so.
    ///
    /// # Safety
    /// Both are valid for as many; if `past`, they are whole cache lines and `to` is aligned so.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn move_run<T>(from: *const T, to: *mut T, n: usize, past: bool) {
        // SAFETY: demanded of the caller.
        unsafe {
            if past {
                let (from, to) = (from.cast::<__m256i>(), to.cast::<__m256i>());
                for r in 0..n * size_of::<T>() / size_of::<__m256i>() {
                    _mm256_stream_si256(to.add(r), _mm256_loadu_si256(from.add(r)));
                }
            } else {
                from.copy_to_nonoverlapping(to, n);
            }
        }
    }

    /// Rows `i` and `i + 4` share a register, so that two rounds of shuffles within halves suffice.
    /// Columns are written in order.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn eight_by_eight(row: impl Fn(usize) -> *const f32, dst: *mut f32, ds: usize) {
        for half in 0..2 {
            // SAFETY: demanded of the caller.
            let r: [__m256; 4] = std::array::from_fn(|i| unsafe {
                _mm256_insertf128_ps::<1>(
                    _mm256_castps128_ps256(_mm_loadu_ps(row(i).add(half * 4))),
                    _mm_loadu_ps(row(i + 4).add(half * 4)),
                )
            });
            let (a, b) = (
                _mm256_unpacklo_ps(r[0], r[1]),
                _mm256_unpackhi_ps(r[0], r[1]),
            );
            let (c, d) = (
                _mm256_unpacklo_ps(r[2], r[3]),
                _mm256_unpackhi_ps(r[2], r[3]),
            );
            let columns = [
                _mm256_shuffle_ps::<0x44>(a, c),
                _mm256_shuffle_ps::<0xEE>(a, c),
                _mm256_shuffle_ps::<0x44>(b, d),
                _mm256_shuffle_ps::<0xEE>(b, d),
            ];
            for (j, column) in columns.into_iter().enumerate() {
                // SAFETY: demanded of the caller.
                unsafe { _mm256_storeu_ps(dst.add((half * 4 + j) * ds), column) };
            }
        }
    }

    /// As above with rows `i` and `i + 2`.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn four_by_four(src: *const f64, rs: usize, dst: *mut f64, ds: usize) {
        for half in 0..2 {
            // SAFETY: demanded of the caller.
            let [a, b]: [__m256d; 2] = std::array::from_fn(|i| unsafe {
                let p = src.add(i * rs + half * 2);
                _mm256_insertf128_pd::<1>(
                    _mm256_castpd128_pd256(_mm_loadu_pd(p)),
                    _mm_loadu_pd(p.add(2 * rs)),
                )
            });
            for (j, column) in [_mm256_unpacklo_pd(a, b), _mm256_unpackhi_pd(a, b)]
                .into_iter()
                .enumerate()
            {
                // SAFETY: demanded of the caller.
                unsafe { _mm256_storeu_pd(dst.add((half * 2 + j) * ds), column) };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::{
            math::Float,
            simd::{levels, with_level},
            storage::Storage,
        },
        columns, transpose_past,
    };

    fn check_columns<T: Float>() {
        for (width, cols) in [4, 6, 8, 16, 32]
            .into_iter()
            .flat_map(|w| (0..35).map(move |c| (w, c)))
        {
            for rows in 0..=width {
                let rs = cols + 3;
                let src: Vec<T> = (0..rows * rs)
                    .map(|i| T::from_f64(i as f64 + 1.0))
                    .collect();
                let at = |i: usize, j: usize| if i < rows { src[i * rs + j] } else { T::ZERO };
                let want: Vec<T> = (0..cols)
                    .flat_map(|j| (0..width).map(move |i| (i, j)))
                    .map(|(i, j)| at(i, j))
                    .collect();
                for level in levels() {
                    let mut dst = vec![T::ONE; width * cols];
                    with_level(level, || columns(rows, &src, rs, &mut dst, width));
                    assert!(dst == want, "{level} {rows}x{cols} to {width}");
                }
            }
        }
    }

    #[test]
    fn columns_are_filled_up() {
        check_columns::<f32>();
        check_columns::<f64>();
    }

    #[test]
    fn large_matrices_go_past_the_cache() {
        const N: usize = 144;
        let src: Vec<f32> = (0..N * N).map(|i| i as f32).collect();
        let storage = Storage::new::<f32>(N * N, |dst| transpose_past(N, N, &src, N, dst, N, true));
        let dst = storage.read::<f32>();
        for (j, row) in dst.chunks_exact(N).enumerate() {
            assert!(
                row.iter()
                    .zip(src[j..].iter().step_by(N))
                    .all(|(a, b)| a == b)
            );
        }
    }
}
