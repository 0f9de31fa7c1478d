//! Elementwise loops whose inputs are views: broadcast, sliced or transposed.
//!
//! The output is made tile by tile. Where an input lies contiguous under a tile it is read in place;
//! elsewhere it is first gathered into a small buffer. So only plain slices reach the loop that knows
//! the formula, and that loop, compiled for every formula and instruction set, stays small.
use super::{MapLoop, ZipLoop, axes::Axes, pieces};
use std::mem::MaybeUninit;

/// Elements of a tile.
pub const TILE: usize = 512;
/// A tile ends where such a long row ends, so that rows can be read in place.
pub(super) const LONG: usize = 128;

/// `out[i] = f(x[i])` where `out` is contiguous of `shape` and `x` is read through `strides` (0
/// broadcasts an axis).
///
/// # Panics
/// If `x` is too short for its strides.
pub fn map_strided<A: Copy + Sync, R: Send>(
    out: &mut [R],
    shape: &[usize],
    x: &[A],
    strides: &[usize],
    run: &dyn MapLoop<A, R>,
) {
    if out.is_empty() {
        return;
    }
    let x = Input::new(x, shape, strides);
    pieces(out, |start, out| {
        let mut buffer = [const { MaybeUninit::uninit() }; TILE];
        tiles(start, out.len(), x.row(), |at, n| {
            run.run(x.read(start + at, n, &mut buffer), &mut out[at..at + n])
        });
    });
}

/// `out[i] = f(a[i], b[i])` where `out` is contiguous of `shape` and the inputs are read through their
/// strides (0 broadcasts an axis).
///
/// # Panics
/// If an input is too short for its strides.
pub fn zip_strided<A: Copy + Sync, B: Copy + Sync, R: Send>(
    out: &mut [R],
    shape: &[usize],
    (a, b): (&[A], &[B]),
    [sa, sb]: [&[usize]; 2],
    run: &dyn ZipLoop<A, B, R>,
) {
    if out.is_empty() {
        return;
    }
    let (a, b) = (Input::new(a, shape, sa), Input::new(b, shape, sb));
    pieces(out, |start, out| {
        let mut left = [const { MaybeUninit::uninit() }; TILE];
        let mut right = [const { MaybeUninit::uninit() }; TILE];
        tiles(start, out.len(), a.row().min(b.row()), |at, n| {
            let a = a.read(start + at, n, &mut left);
            let b = b.read(start + at, n, &mut right);
            run.run(a, b, &mut out[at..at + n]);
        });
    });
}

/// Calls `f(at, n)` for tiles that cover `len` elements; the first is element `start` of the whole.
fn tiles(start: usize, len: usize, row: usize, mut f: impl FnMut(usize, usize)) {
    let mut at = 0;
    while at < len {
        let mut n = TILE.min(len - at);
        if row >= LONG {
            n = n.min(row - (start + at) % row);
        }
        f(at, n);
        at += n;
    }
}

/// An input read through strides, in row-major order of the common shape.
pub(super) struct Input<'a, A> {
    x: &'a [A],
    axes: Axes<1>,
    direct: bool,
}

impl<'a, A: Copy> Input<'a, A> {
    pub(super) fn new(x: &'a [A], shape: &[usize], strides: &[usize]) -> Self {
        let axes = Axes::new(shape, [strides]).expect("a tensor has no more axes than this");
        // One axis is left (the other has size 1), and it has no gaps.
        let direct = axes.rank == 2 && axes.shape[0] == 1 && axes.inner().1 == [1];
        Input { x, axes, direct }
    }

    /// The length of a run without gaps; as long as can be for an input that has none.
    pub(super) fn row(&self) -> usize {
        if self.direct {
            usize::MAX
        } else {
            self.axes.inner().0
        }
    }

    /// Elements `start..start + n` of an input without gaps.
    pub(super) fn direct(&self, start: usize, n: usize) -> &'a [A] {
        assert!(self.direct);
        &self.x[start..start + n]
    }

    /// Elements `start..start + n`, from where they are or gathered into `buffer`.
    pub(super) fn read<'b>(
        &self,
        start: usize,
        n: usize,
        buffer: &'b mut [MaybeUninit<A>; TILE],
    ) -> &'b [A]
    where
        'a: 'b,
    {
        if self.direct {
            return &self.x[start..start + n];
        }
        let (row, [stride]) = self.axes.inner();
        if stride == 1 && start % row + n <= row {
            let mut at = 0;
            self.axes
                .blocks(start / row, 1, |_, [offset], _| at = offset);
            return &self.x[at + start % row..][..n];
        }
        self.gather(start, &mut buffer[..n]);
        // SAFETY: `gather` has written each of the first `n` elements.
        unsafe { std::slice::from_raw_parts(buffer.as_ptr().cast(), n) }
    }

    /// Writes all of `out`.
    fn gather(&self, start: usize, mut out: &mut [MaybeUninit<A>]) {
        let (row, [stride]) = self.axes.inner();
        let mut skip = start % row;
        let rows = (skip + out.len()).div_ceil(row);
        self.axes
            .blocks(start / row, rows, |rows, [offset], [step]| {
                for r in 0..rows {
                    let n = (row - skip).min(out.len());
                    let (part, rest) = std::mem::take(&mut out).split_at_mut(n);
                    copy_row(&self.x[offset + r * step + skip * stride..], stride, part);
                    (out, skip) = (rest, 0);
                }
            });
        assert!(out.is_empty());
    }
}

fn copy_row<A: Copy>(x: &[A], stride: usize, out: &mut [MaybeUninit<A>]) {
    let n = out.len();
    match stride {
        0 => out.fill(MaybeUninit::new(x[0])),
        1 => out
            .iter_mut()
            .zip(&x[..n])
            .for_each(|(o, &v)| *o = MaybeUninit::new(v)),
        _ => {
            let x = &x[..(n - 1) * stride + 1];
            out.iter_mut()
                .zip(x.iter().step_by(stride))
                .for_each(|(o, &v)| *o = MaybeUninit::new(v));
        }
    }
}
