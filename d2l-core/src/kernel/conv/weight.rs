//! The gradient of the weight: for each tap, the product of the shifted input with the output's
//! gradient.
//!
//! A row of this product is a tap of an input channel, read from a grid as it is; a column is an output
//! channel, for which the output's gradient is packed position by position.
use super::{
    super::{
        copy::transpose,
        gemm::{pack, with_scratch},
        math::Float,
        simd::level,
        threads::{Shared, for_chunks, parallel_ns},
    },
    GRID, PACKED, PER_NS, PIECES, SUMS, Shape,
    grid::{Grid, Line},
    tile::Products,
};

/// Positions that are multiplied at once: a panel of this length fits the first cache.
const RUN: usize = 256;
/// The least number of rows of a piece, so that packing is worth it.
const ROWS: usize = 128;

/// `w[o, c, k] = Σ y[o] x[c, at tap k]` over images and positions.
///
/// # Panics
/// If a slice does not have the size that `shape` says.
pub fn weight<T: Float>(shape: &Shape, x: &[T], y: &[T], w: &mut [T]) {
    shape.check(x.len(), w.len(), y.len(), None, 0);
    let shape = shape.flat();
    if x.is_empty() || y.is_empty() {
        return w.fill(T::ZERO);
    }
    let gradient = Gradient::new(shape, x, y);
    let (rows, columns) = (gradient.rows(), gradient.columns());
    let n = shape.groups * rows * columns;
    with_scratch(&SUMS, gradient.segments * n, |sums: &mut [T]| {
        gradient.run(&Shared::new(sums));
        let (first, others) = sums.split_at_mut(n);
        for_chunks(first, 1 << 14, |at, sums| {
            for more in others.chunks_exact(n) {
                let more = &more[at..][..sums.len()];
                sums.iter_mut().zip(more).for_each(|(s, &m)| *s = *s + m);
            }
        });
        let groups = w.chunks_exact_mut(shape.outputs * rows);
        for (w, sums) in groups.zip(first.chunks_exact(rows * columns)) {
            for_chunks(w, 64 * rows, |at, w| {
                transpose(rows, w.len() / rows, &sums[at / rows..], columns, w, rows);
            });
        }
    });
}

struct Gradient<'a, T> {
    shape: Shape,
    x: &'a [T],
    y: &'a [T],
    grid: Grid,
    /// Distances of the taps.
    taps: Vec<usize>,
    /// Input channels of a piece.
    channels: usize,
    /// The batch is cut into this many parts, whose sums are added up at last.
    segments: usize,
    /// Images that are multiplied at once.
    together: usize,
    /// The axis that is cut, and positions of a part along it.
    axis: usize,
    part: usize,
}

/// The part of an input and output that is multiplied at once.
struct Part {
    group: usize,
    image: usize,
    images: usize,
    /// First position along the axis that is cut.
    at: usize,
    counts: [usize; 3],
}

impl<'a, T: Float> Gradient<'a, T> {
    fn new(shape: Shape, x: &'a [T], y: &'a [T]) -> Self {
        let lines = shape.axes.each_ref().map(Line::forward);
        let mut counts = shape.axes.map(|a| a.output);
        let axis = (0..2).find(|&i| counts[i] > 1).unwrap_or(2);
        let per = counts[axis + 1..].iter().product::<usize>();
        let parts = counts[axis].div_ceil((RUN / per).max(1));
        counts[axis] = counts[axis].div_ceil(parts);
        let channels = shape
            .inputs
            .div_ceil(PIECES)
            .max(ROWS.div_ceil(shape.taps()))
            .min(shape.inputs);
        let blocks = shape.groups * shape.inputs.div_ceil(channels);
        let grid = Grid::new(lines, counts);
        let taps = grid.taps(shape.axes.map(|a| a.kernel));
        Gradient {
            x,
            y,
            taps: taps.iter().map(|t| t.1).collect(),
            channels,
            segments: PIECES.div_ceil(blocks).min(shape.batch),
            together: (RUN / (per * counts[axis])).max(1),
            axis,
            part: counts[axis],
            grid,
            shape,
        }
    }

    fn rows(&self) -> usize {
        self.shape.inputs * self.taps.len()
    }

    /// Output channels, rounded up.
    fn columns(&self) -> usize {
        self.shape.outputs.next_multiple_of(T::kernel(level()).nr)
    }

    /// Writes the sums of each segment of the batch, one after the other.
    fn run(&self, sums: &Shared<T>) {
        let s = &self.shape;
        let blocks = s.inputs.div_ceil(self.channels);
        let ns = self.y.len() * self.rows() / PER_NS;
        parallel_ns(self.segments * s.groups * blocks, ns, &|i| {
            let (segment, block) = (i / blocks, i % blocks * self.channels);
            let channels = block..s.inputs.min(block + self.channels);
            let at = (segment * self.rows() + block * self.taps.len()) * self.columns();
            let len = channels.len() * self.taps.len() * self.columns();
            // SAFETY: this piece's own rows of its segment's sums.
            let sums = unsafe { sums.slice(at, len) };
            sums.fill(T::ZERO);
            self.piece(segment / s.groups, segment % s.groups, channels, sums);
        });
    }

    fn piece(
        &self,
        segment: usize,
        group: usize,
        channels: std::ops::Range<usize>,
        sums: &mut [T],
    ) {
        let s = &self.shape;
        let images = s.batch.div_ceil(self.segments);
        let end = s.batch.min((segment + 1) * images);
        let count = s.axes[self.axis].output;
        let offset = |c: usize| self.taps.iter().map(move |t| c * self.grid.channel + t);
        let offsets: Vec<usize> = (0..channels.len()).flat_map(offset).collect();
        for image in (segment * images..end).step_by(self.together) {
            for at in (0..count).step_by(self.part) {
                let mut counts = s.axes.map(|a| a.output);
                counts[self.axis] = self.part.min(count - at);
                let images = self.together.min(end - image);
                let part = Part {
                    group,
                    image,
                    images,
                    at,
                    counts,
                };
                self.part(&part, &channels, &offsets, sums);
            }
        }
    }

    fn part(&self, p: &Part, channels: &std::ops::Range<usize>, offsets: &[usize], sums: &mut [T]) {
        let kernel = T::kernel(level());
        let positions: usize = p.counts.iter().product();
        let (size, image) = (
            channels.len() * self.grid.channel,
            self.columns() * positions,
        );
        with_scratch(&GRID, p.images * size, |grid: &mut [T]| {
            self.fill(p, channels, grid);
            with_scratch(&PACKED, p.images * image, |packed: &mut [T]| {
                self.pack(p, positions, packed);
                let lines = self.lines(p, size, image);
                // SAFETY: the scratch memory has these sizes, the lines lie within them, and so do the sums
                // (`columns` of them for each tap and channel); the kernel is that of the level in use.
                unsafe {
                    (kernel.products)(&Products {
                        rows: offsets.len(),
                        columns: self.shape.outputs,
                        lines: &lines,
                        n: p.counts[2],
                        source: grid.as_ptr(),
                        offsets: offsets.as_ptr(),
                        b: packed.as_ptr(),
                        panel: positions * kernel.nr,
                        sums: sums.as_mut_ptr(),
                        lds: self.columns(),
                    });
                }
            });
        });
    }

    fn fill(&self, p: &Part, channels: &std::ops::Range<usize>, grid: &mut [T]) {
        let plane = self.shape.input_plane();
        let mut start = [0; 3];
        start[self.axis] = p.at;
        let mut out = grid.chunks_exact_mut(self.grid.channel);
        for image in p.image..p.image + p.images {
            let first = (image * self.shape.groups + p.group) * self.shape.inputs;
            for c in channels.clone() {
                let out = out.next().expect("room for every channel");
                self.grid
                    .fill(&self.x[(first + c) * plane..][..plane], start, out);
            }
        }
    }

    /// The output's gradient in panels, image by image.
    fn pack(&self, p: &Part, positions: usize, out: &mut [T]) {
        let (plane, outputs) = (self.shape.output_plane(), self.shape.outputs);
        let per: usize = p.counts[self.axis + 1..].iter().product();
        for (i, out) in out.chunks_exact_mut(self.columns() * positions).enumerate() {
            let first = ((p.image + i) * self.shape.groups + p.group) * outputs * plane;
            let y = &self.y[first + p.at * per..];
            pack(
                y,
                (outputs, plane),
                (positions, 1),
                T::kernel(level()).nr,
                out,
            );
        }
    }

    /// Where the lines of a part begin, in a panel and on the grid; images are `image` and `size` apart.
    fn lines(&self, p: &Part, size: usize, image: usize) -> Vec<(usize, usize)> {
        let [c0, c1, c2] = p.counts;
        let [_, q1, q2] = self.grid.size;
        let nr = T::kernel(level()).nr;
        let line = |i: usize| {
            let (n, t0, t1) = (i / (c0 * c1), i / c1 % c0, i % c1);
            (
                n * image + (t0 * c1 + t1) * c2 * nr,
                n * size + (t0 * q1 + t1) * q2,
            )
        };
        (0..p.images * c0 * c1).map(line).collect()
    }
}
