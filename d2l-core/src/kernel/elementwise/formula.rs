//! Formulas that a macro has written: the loops over a formula, its gradient and the gradient of that.
//!
//! Only [`Rows`] is compiled for each of them, loops without a rest: they work on blocks of [`LANES`]
//! elements. Tiles, strides, rests and threads are done here once for all.
mod loops;

use super::{
    super::{
        math::Float,
        random::Keep,
        reduce,
        threads::{Shared, for_chunks, parallel_ns},
    },
    strided::{Input, LONG, TILE},
};
use std::mem::MaybeUninit;

use loops::LANES;
pub use loops::{Formula, Loop, Numbers, Plan, Rows, plan};

/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 14;
/// Inputs for which small inputs need no memory.
const FEW: usize = 4;
/// Costs per nanosecond: what a core does of [`Formula::COST`].
const COST_PER_NS: usize = 16;
/// Elements of a sum for which nothing is set up: the loss of a small batch.
const SHORT: usize = 64;
/// What [`Keep`] costs for an element, in additions.
const DRAW: usize = 16;

/// An input of a loop.
pub enum Source<'a, T> {
    /// Memory and the strides by which it is read; none if its elements lie one after the other.
    Memory {
        x: &'a [T],
        strides: Option<&'a [usize]>,
    },
    /// 1 for what is kept, 0 else.
    Drawn(Keep),
}

/// A source as one thread reads it.
enum Read<'a, T> {
    Memory(Input<'a, T>),
    /// With room for a tile.
    Drawn(Keep, Vec<T>),
}

impl<'a, T: Float> Read<'a, T> {
    fn new(source: &Source<'a, T>, shape: &[usize]) -> Read<'a, T> {
        match *source {
            Source::Memory { x, strides } => Read::Memory(match strides {
                Some(strides) => Input::new(x, shape, strides),
                None => Input::new(x, &[shape.iter().product()], &[1]),
            }),
            Source::Drawn(keep) => Read::Drawn(keep, vec![T::ZERO; TILE]),
        }
    }

    /// The length of a run that can be read at once.
    fn row(&self) -> usize {
        match self {
            Read::Memory(input) => input.row(),
            Read::Drawn(..) => TILE,
        }
    }
}

/// A loop and what it goes over.
pub struct Work<'a, T> {
    pub run: Loop<T>,
    /// What is read; `None` for what is not.
    pub inputs: &'a [Option<Source<'a, T>>],
    pub numbers: &'a [T],
    pub shape: &'a [usize],
    /// How many results the loop has.
    pub results: usize,
    /// Of one element, in additions.
    pub cost: usize,
}

/// The inputs of a loop as one thread reads them.
struct Reader<'a, T> {
    work: &'a Work<'a, T>,
    inputs: Vec<Option<Read<'a, T>>>,
    /// The shortest row that lies without gaps.
    row: usize,
    buffers: Vec<[MaybeUninit<T>; TILE]>,
}

impl<'a, T: Float> Reader<'a, T> {
    fn new(work: &'a Work<'a, T>) -> Self {
        let open = |s: &Source<'a, T>| Read::new(s, work.shape);
        let inputs: Vec<Option<Read<'a, T>>> =
            work.inputs.iter().map(|s| s.as_ref().map(open)).collect();
        let rows = inputs.iter().flatten().map(Read::row);
        let row = rows.min().unwrap_or(usize::MAX);
        let buffers = match row {
            usize::MAX => Vec::new(),
            _ => vec![[const { MaybeUninit::uninit() }; TILE]; inputs.len()],
        };
        Reader {
            work,
            inputs,
            row,
            buffers,
        }
    }

    /// How many elements from `start` on can be computed at once.
    fn reach(&self, start: usize, n: usize) -> usize {
        match self.row {
            usize::MAX => n,
            row if row >= LONG => n.min(TILE).min(row - start % row),
            _ => n.min(TILE),
        }
    }

    /// Elements `start..start + n` of the results, written to `out` with `TILE` between one and the next.
    fn compute(&mut self, start: usize, n: usize, out: &mut [T]) {
        let empty: &[T] = &[];
        let mut few = [empty; FEW];
        let mut many = Vec::new();
        let k = self.inputs.len();
        let slices = match k <= FEW {
            true => &mut few[..k],
            false => {
                many.resize(k, empty);
                &mut many[..]
            }
        };
        let mut buffers = self.buffers.iter_mut();
        for (slice, input) in slices.iter_mut().zip(&mut self.inputs) {
            *slice = match (input, buffers.next()) {
                (None, _) => continue,
                (Some(Read::Memory(x)), Some(buffer)) => x.read(start, n, buffer),
                (Some(Read::Memory(x)), None) => x.direct(start, n),
                (Some(Read::Drawn(keep, row)), _) => {
                    keep.fill(start, &mut row[..n]);
                    &row[..n]
                }
            };
        }
        self.work.apply(slices, n, out);
    }
}

impl<'a, T: Float> Work<'a, T> {
    fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// What is read for elements `start..start + n`, if that are a few inputs that lie without gaps.
    fn flat(&self, start: usize, n: usize) -> Option<[&'a [T]; FEW]> {
        let mut slices: [&[T]; FEW] = [&[]; FEW];
        for (k, source) in self.inputs.iter().enumerate() {
            match source {
                None => {}
                Some(Source::Memory { x, strides: None }) => {
                    *slices.get_mut(k)? = &x[start..start + n];
                }
                Some(_) => return None,
            }
        }
        (self.inputs.len() <= FEW).then_some(slices)
    }

    /// The results for the `n` elements of each of the slices.
    fn apply(&self, slices: &[&[T]], n: usize, out: &mut [T]) {
        let whole = n / LANES * LANES;
        (self.run)(slices, self.numbers, whole, out);
        if whole < n {
            self.rest(slices, whole, n, out);
        }
    }

    /// The elements `from..to`, fewer than a block, by way of a whole one.
    fn rest(&self, slices: &[&[T]], from: usize, to: usize, out: &mut [T]) {
        let (k, n) = (slices.len(), to - from);
        let mut few = [T::ONE; FEW * LANES];
        let mut many = Vec::new();
        let padded = match k <= FEW {
            true => &mut few[..],
            false => {
                many.resize(k * LANES, T::ONE);
                &mut many[..]
            }
        };
        for (block, slice) in padded.chunks_exact_mut(LANES).zip(slices) {
            if !slice.is_empty() {
                block[..n].copy_from_slice(&slice[from..to]);
            }
        }
        let read: Vec<&[T]> = padded.chunks_exact(LANES).take(k).collect();
        let mut block = [T::ZERO; LANES];
        let mut tiles = Vec::new();
        let whole = match self.results {
            1 => &mut block[..],
            results => {
                tiles.resize(results * TILE, T::ZERO);
                &mut tiles[..]
            }
        };
        (self.run)(&read, self.numbers, LANES, whole);
        for r in 0..self.results {
            out[r * TILE..][from..to].copy_from_slice(&whole[r * TILE..][..n]);
        }
    }

    fn ns(&self, len: usize) -> usize {
        len.saturating_mul(self.cost + 4) / COST_PER_NS
    }
}

/// Runs a loop over all elements; results without a place are dropped.
pub fn run<T: Float>(work: &Work<'_, T>, outs: &mut [Option<&mut [T]>]) {
    let len = work.len();
    if len == 0 {
        return;
    }
    assert!(outs.iter().flatten().all(|o| o.len() == len));
    if len <= CHUNK {
        return run_chunk(work, 0, len, outs);
    }
    let share = |o: &mut Option<&mut [T]>| o.as_deref_mut().map(Shared::new);
    let outs: Vec<Option<Shared<T>>> = outs.iter_mut().map(share).collect();
    parallel_ns(len.div_ceil(CHUNK), work.ns(len), &|i| {
        let start = i * CHUNK;
        let n = CHUNK.min(len - start);
        // SAFETY: chunks do not overlap, each is run once, and all lie within the `len` elements of a
        // result, which is borrowed until `parallel_ns` returns.
        let part = |o| unsafe { Shared::slice(o, start, n) };
        let mut parts: Vec<Option<&mut [T]>> = outs.iter().map(|o| o.as_ref().map(part)).collect();
        run_chunk(work, start, n, &mut parts);
    });
}

fn run_chunk<T: Float>(work: &Work<'_, T>, start: usize, n: usize, outs: &mut [Option<&mut [T]>]) {
    if let ([Some(out)], Some(slices)) = (&mut *outs, work.flat(start, n)) {
        return work.apply(&slices[..work.inputs.len()], n, out);
    }
    let mut reader = Reader::new(work);
    let mut done = 0;
    if let [Some(out)] = outs {
        while done < n {
            let step = reader.reach(start + done, n - done);
            reader.compute(start + done, step, &mut out[done..done + step]);
            done += step;
        }
        return;
    }
    let mut tile = vec![T::ZERO; outs.len() * TILE];
    while done < n {
        let step = reader.reach(start + done, n - done).min(TILE);
        reader.compute(start + done, step, &mut tile);
        for (out, tile) in outs.iter_mut().zip(tile.chunks_exact(TILE)) {
            if let Some(out) = out {
                out[done..done + step].copy_from_slice(&tile[..step]);
            }
        }
        done += step;
    }
}

/// `out` becomes the formula of `x`, of what `keep` draws and of a number.
pub fn with_drawn<F: Formula<3, 1>, T: Numbers>(x: &[T], keep: Keep, number: T, out: &mut [T]) {
    let plan = plan::<F, 3, 1>();
    let work = Work {
        run: T::loops(plan).value,
        inputs: &[
            Some(Source::Memory { x, strides: None }),
            Some(Source::Drawn(keep)),
            None,
        ],
        numbers: &[T::ZERO, T::ZERO, number],
        shape: &[x.len()],
        results: 1,
        cost: plan.cost + DRAW,
    };
    run(&work, &mut [Some(out)]);
}

/// The sum of all elements of the single result, chunk by chunk whatever the number of threads.
pub fn sum<T: Float>(work: &Work<'_, T>) -> T {
    let len = work.len();
    if let (..=SHORT, Some(slices)) = (len, work.flat(0, len)) {
        let mut values = [T::ZERO; SHORT];
        work.apply(&slices[..work.inputs.len()], len, &mut values[..len]);
        return reduce::sum(&values[..len]);
    }
    let mut parts = vec![T::ZERO; len.div_ceil(CHUNK)];
    rows(work, len, CHUNK, &mut parts);
    reduce::sum(&parts)
}

/// `out[r]` becomes the sum of the elements from `r * row` on, `row` of them or what is left of `len`.
pub fn rows<T: Float>(work: &Work<'_, T>, len: usize, row: usize, out: &mut [T]) {
    let together = (CHUNK / row.max(1)).max(1);
    for_chunks(out, together, |first, out| {
        let mut reader = Reader::new(work);
        let mut tile = [T::ZERO; TILE];
        for (r, out) in (first..).zip(out) {
            let end = len.min((r + 1) * row);
            let (mut at, mut total) = (r * row, T::ZERO);
            while at < end {
                let n = reader.reach(at, end - at).min(TILE);
                reader.compute(at, n, &mut tile[..n]);
                total = total + reduce::sum(&tile[..n]);
                at += n;
            }
            *out = total;
        }
    });
}
