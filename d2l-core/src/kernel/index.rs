//! Rows and elements picked by position, and values written to positions. Positions were checked
//! before: a wrong one is a panic.
use super::threads::{for_chunks, num_threads};

/// Elements that one thread copies in one go.
const CHUNK: usize = 1 << 15;

/// `out[b][j] = src[b][idx[j]]` for every block `b` of `n` rows of `inner` elements.
pub fn gather_rows<T: Copy + Send + Sync>(
    src: &[T],
    [n, inner]: [usize; 2],
    idx: &[i64],
    out: &mut [T],
) {
    if out.is_empty() {
        return;
    }
    for_chunks(out, (CHUNK / inner).max(1) * inner, |start, mut out| {
        let mut row = start / inner;
        while !out.is_empty() {
            let (block, from) = (row / idx.len(), row % idx.len());
            let idx = &idx[from..idx.len().min(from + out.len() / inner)];
            let (part, rest) = std::mem::take(&mut out).split_at_mut(idx.len() * inner);
            block_rows(&src[block * n * inner..][..n * inner], inner, idx, part);
            row += idx.len();
            out = rest;
        }
    });
}

fn block_rows<T: Copy>(src: &[T], inner: usize, idx: &[i64], out: &mut [T]) {
    match inner {
        1 => out
            .iter_mut()
            .zip(idx)
            .for_each(|(o, &i)| *o = src[i as usize]),
        2 => {
            let (src, out) = (src.as_chunks::<2>().0, out.as_chunks_mut::<2>().0);
            out.iter_mut()
                .zip(idx)
                .for_each(|(o, &i)| *o = src[i as usize]);
        }
        n => out
            .chunks_exact_mut(n)
            .zip(idx)
            .for_each(|(o, &i)| o.copy_from_slice(&src[i as usize * n..][..n])),
    }
}

/// `dst[b][idx[j]] = f(dst[b][idx[j]], src[b][j])` for every block `b` of `n` rows of `inner`
/// elements, one `j` after the other.
pub fn scatter_rows<T: Copy + Send + Sync>(
    dst: &mut [T],
    [n, inner]: [usize; 2],
    idx: &[i64],
    src: &[T],
    f: impl Fn(T, T) -> T + Sync,
) {
    if dst.is_empty() || idx.is_empty() {
        return;
    }
    // Each thread has rows of `dst` of its own and looks through all positions for them: what is
    // written to one row, and in which order, does not depend on their number.
    let threads = if inner < 8 { 1 } else { num_threads() };
    let rows = (dst.len() / inner).div_ceil(threads);
    for_chunks(dst, rows * inner, |start, dst| {
        let (first, count) = (start / inner, dst.len() / inner);
        for block in first / n..(first + count).div_ceil(n) {
            let src = src[block * idx.len() * inner..].chunks_exact(inner);
            for (&i, src) in idx.iter().zip(src) {
                let at = (block * n + i as usize).wrapping_sub(first);
                if at < count {
                    let row = dst[at * inner..][..inner].iter_mut();
                    row.zip(src).for_each(|(d, &s)| *d = f(*d, s));
                }
            }
        }
    });
}

/// Where the positions of [`along`] lead.
#[derive(Clone, Copy)]
pub struct Along<'a> {
    /// Sizes of the positions, at least one axis.
    pub shape: &'a [usize],
    /// Strides of the contiguous tensor that they lead into.
    pub strides: &'a [usize],
    /// The axis along which they lead.
    pub axis: usize,
}

/// Calls `f(i, at)` for every position, `i` counting them in row-major order and `at` being the place
/// with the same coordinates, `idx[i]` along the axis.
#[inline]
pub fn along(idx: &[i64], to: Along<'_>, mut f: impl FnMut(usize, usize)) {
    let (last, outer) = (to.shape.len() - 1, &to.shape[..to.shape.len() - 1]);
    let n = to.shape[last];
    if idx.is_empty() {
        return;
    }
    let (step, stride) = match to.axis == last {
        true => (0, 1),
        false => (1, to.strides[to.axis]),
    };
    for (row, idx) in idx.chunks_exact(n).enumerate() {
        let start = start(row, outer, to);
        for (k, &i) in idx.iter().enumerate() {
            f(row * n + k, start + k * step + i as usize * stride);
        }
    }
}

/// Where a row of positions starts, but for the axis itself.
fn start(row: usize, outer: &[usize], to: Along<'_>) -> usize {
    let (mut rest, mut at) = (row, 0);
    for (a, (&size, &stride)) in outer.iter().zip(to.strides).enumerate().rev() {
        if a != to.axis {
            at += rest % size * stride;
        }
        rest /= size;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{super::threads::set_num_threads, *};

    /// The definition, for one block.
    fn plain(src: &[i64], inner: usize, idx: &[i64]) -> Vec<i64> {
        idx.iter()
            .flat_map(|&i| src[i as usize * inner..][..inner].to_vec())
            .collect()
    }

    #[test]
    fn rows_are_those_of_the_plain_loop() {
        for (n, inner, blocks) in [(5, 1, 1), (5, 2, 3), (40, 9, 2), (700, 64, 2)] {
            let idx: Vec<i64> = (0..3 * n as i64).map(|i| i * 7 % n as i64).collect();
            let src: Vec<i64> = (0..(blocks * n * inner) as i64).collect();
            let want: Vec<i64> = src
                .chunks(n * inner)
                .flat_map(|b| plain(b, inner, &idx))
                .collect();
            for threads in [1, 3] {
                set_num_threads(threads);
                let mut out = vec![0; want.len()];
                gather_rows(&src, [n, inner], &idx, &mut out);
                assert!(out == want, "{n} {inner} {blocks}");
                let mut sums = vec![0; src.len()];
                scatter_rows(&mut sums, [n, inner], &idx, &out, |a, b| a + b);
                let times = |i: usize| idx.iter().filter(|&&j| j as usize == i / inner % n).count();
                assert!((0..sums.len()).all(|i| sums[i] == src[i] * times(i) as i64));
            }
        }
        set_num_threads(1);
    }

    #[test]
    fn the_last_value_for_a_row_stays() {
        let mut out = [0, 0, 0];
        scatter_rows(&mut out, [3, 1], &[1, 1, 2], &[5, 6, 7], |_, new| new);
        assert_eq!(out, [0, 6, 7]);
    }

    #[test]
    fn positions_lead_along_any_axis() {
        let at = |idx: &[i64], shape: &[usize], axis| {
            let mut places = Vec::new();
            let strides = &[12, 4, 1];
            let to = Along {
                shape,
                strides,
                axis,
            };
            along(idx, to, |i, at| places.push((i, at)));
            places
        };
        assert_eq!(at(&[2, 0], &[1, 2, 1], 1), [(0, 8), (1, 0)]);
        assert_eq!(at(&[1, 0, 1], &[1, 1, 3], 0), [(0, 12), (1, 1), (2, 14)]);
        assert_eq!(at(&[3, 3], &[2, 1, 1], 2), [(0, 3), (1, 15)]);
    }
}
