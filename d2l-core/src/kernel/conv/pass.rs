//! A pass over the source, piece by piece: forward, or back to the input.
use super::{
    super::{
        gemm::with_scratch,
        math::Float,
        simd::level,
        threads::{Shared, parallel_ns},
    },
    GRID, PACKED, PER_NS, PIECES, SUMS, Shape,
    grid::{Grid, Line},
    tile::{Taps, unit},
};

/// Length of a block along the inner axis.
const KC: usize = 256;
/// Rows of the weight in one piece.
const ROWS: usize = 192;
/// Bytes of source and sums in one piece.
const PIECE: usize = 256 << 10;
/// Elements that the inner loops may read behind a grid.
const SLACK: usize = 128;

/// A sum over channels and taps, in one of the two directions.
pub struct Pass<'a, T> {
    pub shape: Shape,
    pub source: &'a [T],
    /// Channels of the source, per group.
    pub channels: usize,
    /// Channels of the result, per group.
    pub rows: usize,
    pub weight: &'a [T],
    /// In the weight, from one channel of the result to the next.
    pub row: usize,
    /// In the weight, from one channel of the source to the next.
    pub column: usize,
    pub bias: Option<&'a [T]>,
    /// Spatial sizes of the result.
    pub out_len: [usize; 3],
}

/// How a pass is cut into pieces.
struct Cut {
    /// Images of a piece.
    images: usize,
    /// Rows of the weight of a piece.
    rows: usize,
    /// The axis that is cut.
    axis: usize,
    /// Positions of a piece along it.
    part: usize,
}

impl<T: Float> Pass<'_, T> {
    fn cut(&self, lines: &[Line; 3], mr: usize) -> Cut {
        let blocks = self.rows.div_ceil(ROWS);
        let rows = self.rows.div_ceil(blocks).next_multiple_of(mr);
        let axis = (0..2).find(|&i| lines[i].count > 1).unwrap_or(2);
        let whole = Grid::new(lines.clone(), lines.each_ref().map(|l| l.count));
        let count = lines[axis].count;
        let bytes = (self.channels * whole.channel + rows * whole.size.iter().product::<usize>())
            * size_of::<T>();
        let part = (PIECE * count / bytes)
            .max(lines[axis].span())
            .clamp(1, count);
        let part = count.div_ceil(count.div_ceil(part));
        let fit = if part == count { PIECE / bytes } else { 1 };
        let share = self
            .shape
            .batch
            .div_ceil(PIECES.div_ceil(blocks * self.shape.groups));
        Cut {
            images: fit.clamp(1, share),
            rows,
            axis,
            part: if axis == 2 {
                part.next_multiple_of(SLACK)
            } else {
                part
            },
        }
    }

    /// Writes the sums that belong to `lines`.
    pub fn run(&self, lines: [Line; 3], out: &Shared<T>) {
        let counts = lines.each_ref().map(|l| l.count);
        if self.shape.batch * self.rows == 0 || counts.contains(&0) {
            return;
        }
        let kernel = T::kernel(level());
        let cut = self.cut(&lines, kernel.mr);
        let mut most = counts;
        most[cut.axis] = cut.part.min(counts[cut.axis]);
        let grid = Grid::new(lines, most);
        let taps = grid.taps(self.shape.axes.map(|a| a.kernel));
        let k = taps.len() * self.channels;
        let padded = self.rows.next_multiple_of(kernel.mr);
        with_scratch(
            &PACKED,
            self.shape.groups * padded * k,
            |packed: &mut [T]| {
                self.pack(&taps, kernel.mr, packed);
                let direct = grid.is_plain()
                    && cut.axis == 2
                    && counts[2].is_multiple_of(4 * kernel.nr)
                    && !counts[2].is_multiple_of(256);
                let channel = if direct { counts[2] } else { grid.channel };
                let offsets =
                    (0..self.channels).flat_map(|c| taps.iter().map(move |t| c * channel + t.1));
                let job = Job {
                    pass: self,
                    grid,
                    cut,
                    counts,
                    packed,
                    k,
                    direct,
                    offsets: offsets.collect(),
                    start: self.bias.map_or_else(
                        || vec![T::ZERO; self.shape.groups * self.rows],
                        <[T]>::to_vec,
                    ),
                    out,
                };
                job.run();
            },
        );
    }

    /// The weight in groups of `mr` rows, each with its columns (channel by channel, tap by tap) one
    /// after the other.
    fn pack(&self, taps: &[(usize, usize)], mr: usize, out: &mut [T]) {
        let k = taps.len() * self.channels;
        let per_group = self.rows.div_ceil(mr);
        let size = self.rows * self.channels * self.shape.taps();
        for (i, out) in out.chunks_exact_mut((mr * k).max(1)).enumerate() {
            let weight = &self.weight[i / per_group * size..];
            let first = i % per_group * mr;
            if first + mr > self.rows {
                out.fill(T::ZERO);
            }
            for r in first..self.rows.min(first + mr) {
                let columns = (0..self.channels).map(|c| &weight[r * self.row + c * self.column..]);
                let values = columns.flat_map(|w| taps.iter().map(|t| w[t.0]));
                let out = out[r - first..].iter_mut().step_by(mr);
                out.zip(values).for_each(|(o, w)| *o = w);
            }
        }
    }
}

/// A pass in progress.
struct Job<'a, T> {
    pass: &'a Pass<'a, T>,
    grid: Grid,
    cut: Cut,
    counts: [usize; 3],
    packed: &'a [T],
    /// The inner length.
    k: usize,
    /// Source and result are used in place.
    direct: bool,
    offsets: Vec<usize>,
    /// What sums start from.
    start: Vec<T>,
    out: &'a Shared<T>,
}

/// A piece of a job.
struct Piece {
    group: usize,
    /// First row of the weight, and how many.
    row: usize,
    rows: usize,
    image: usize,
    images: usize,
    /// First position along the axis that is cut.
    at: usize,
    counts: [usize; 3],
}

impl<T: Float> Job<'_, T> {
    fn run(&self) {
        let shape = &self.pass.shape;
        let blocks = self.pass.rows.div_ceil(self.cut.rows);
        let images = shape.batch.div_ceil(self.cut.images);
        let parts = self.counts[self.cut.axis].div_ceil(self.cut.part);
        let sums =
            shape.batch * shape.groups * self.pass.rows * self.counts.iter().product::<usize>();
        let ns = sums * self.k.max(8) / PER_NS;
        parallel_ns(shape.groups * blocks * images * parts, ns, &|i| {
            let (group, i) = (i / (blocks * images * parts), i % (blocks * images * parts));
            let (row, i) = (i / (images * parts) * self.cut.rows, i % (images * parts));
            let (image, at) = (i / parts * self.cut.images, i % parts * self.cut.part);
            let mut counts = self.counts;
            counts[self.cut.axis] = self.cut.part.min(self.counts[self.cut.axis] - at);
            self.piece(&Piece {
                group,
                row,
                rows: self.cut.rows.min(self.pass.rows - row),
                image,
                images: self.cut.images.min(shape.batch - image),
                at,
                counts,
            });
        });
    }

    fn piece(&self, p: &Piece) {
        let pass = self.pass;
        let groups = pass.shape.groups;
        let plane = pass.source.len() / (pass.shape.batch * groups * pass.channels).max(1);
        let first = (p.image * groups + p.group) * pass.channels * plane;
        let kernel = T::kernel(level());
        let unit = unit(p.rows, kernel.mr, kernel.nr);
        let run = self.grid.run(p.counts).next_multiple_of(unit);
        if self.direct {
            let n = self.counts[2];
            let source = pass.source[first + p.at..].as_ptr();
            // SAFETY: this piece's own rows and columns of the result, which no other piece touches; a
            // plain source holds all channels of an image, `n` apart, and `run` ends within them, since
            // `n` and `at` are multiples of the unit.
            unsafe {
                let out = self
                    .out
                    .ptr()
                    .add(((p.image * groups + p.group) * pass.rows + p.row) * n + p.at);
                let (source_image, out_image) =
                    (groups * pass.channels * n, groups * pass.rows * n);
                self.multiply(p, (source, source_image), (out, out_image), n, run);
            }
            return;
        }
        let size = pass.channels * self.grid.channel;
        with_scratch(&GRID, p.images * size + SLACK, |grid: &mut [T]| {
            for i in 0..p.images {
                let source = &pass.source[first + i * groups * pass.channels * plane..];
                for c in 0..pass.channels {
                    let mut start = [0; 3];
                    start[self.cut.axis] = p.at;
                    let out = &mut grid[i * size + c * self.grid.channel..][..self.grid.channel];
                    self.grid.fill(&source[c * plane..][..plane], start, out);
                }
            }
            with_scratch(&SUMS, p.images * p.rows * run, |sums: &mut [T]| {
                let (source, out) = (grid.as_ptr(), sums.as_mut_ptr());
                // SAFETY: the scratch memory has these sizes; reads end less than a unit, at most
                // `SLACK`, behind the last position of the last channel.
                unsafe { self.multiply(p, (source, size), (out, p.rows * run), run, run) };
                self.scatter(p, sums, run);
            });
        });
    }

    /// All rows and images of a piece, block by block of the inner axis.
    ///
    /// # Safety
    /// As for [`tile::taps`], for each image.
    unsafe fn multiply(
        &self,
        p: &Piece,
        source: (*const T, usize),
        out: (*mut T, usize),
        ldc: usize,
        positions: usize,
    ) {
        let kernel = T::kernel(level());
        let mr = kernel.mr;
        let blocks = if p.rows > mr {
            self.k.div_ceil(KC).max(1)
        } else {
            1
        };
        let kc = self.k.div_ceil(blocks).max(1);
        let padded = self.pass.rows.next_multiple_of(mr);
        let a = &self.packed[(p.group * padded + p.row) * self.k..];
        let start = &self.start[p.group * self.pass.rows + p.row..];
        for b in 0..blocks {
            let (from, to) = (b * kc, self.k.min((b + 1) * kc));
            for i in 0..p.images {
                // SAFETY: demanded of the caller; the packed weight has `padded * k` elements per group.
                unsafe {
                    (kernel.taps)(&Taps {
                        rows: p.rows,
                        k: to - from,
                        a: a.as_ptr().add(from * mr),
                        group: mr * self.k,
                        source: source.0.add(i * source.1),
                        offsets: self.offsets.as_ptr().add(from),
                        c: out.0.add(i * out.1),
                        ldc,
                        positions,
                        start: (b == 0).then_some(start.as_ptr()),
                    });
                }
            }
        }
    }

    /// Writes the sums of a piece where they belong.
    fn scatter(&self, p: &Piece, sums: &[T], run: usize) {
        let pass = self.pass;
        let [_, q1, q2] = self.grid.size;
        let [o0, o1, o2] = pass.out_len;
        let [l0, l1, l2] = &self.grid.lines;
        let mut at = [0; 3];
        at[self.cut.axis] = p.at;
        let place = |l: &Line, axis: usize, t: usize| (t + at[axis]) * l.out_step + l.out_base;
        for (i, sums) in sums.chunks_exact(run).enumerate() {
            let (image, row) = (p.image + i / p.rows, p.row + i % p.rows);
            let plane = ((image * pass.shape.groups + p.group) * pass.rows + row) * o0 * o1 * o2;
            for t0 in 0..p.counts[0] {
                for t1 in 0..p.counts[1] {
                    let sums = &sums[(t0 * q1 + t1) * q2..][..p.counts[2]];
                    let line = (place(l0, 0, t0) * o1 + place(l1, 1, t1)) * o2;
                    let out = plane + line + place(l2, 2, 0);
                    // SAFETY: a part of this piece's own lines of the result, within it.
                    unsafe { put(self.out, out, l2.out_step, sums) };
                }
            }
        }
    }
}

/// Writes `sums` from `at` on, `step` apart.
///
/// # Safety
/// These places lie within the slice behind `out`, and nobody else uses them.
#[inline]
unsafe fn put<T: Float>(out: &Shared<T>, at: usize, step: usize, sums: &[T]) {
    // SAFETY: demanded of the caller.
    unsafe {
        if step == 1 {
            out.slice(at, sums.len()).copy_from_slice(sums);
        } else {
            let each = sums.iter().enumerate();
            each.for_each(|(t, &s)| out.ptr().add(at + t * step).write(s));
        }
    }
}
