//! Formulas that a macro has written: the loops over a formula, its gradient and the gradient of that.
//!
//! Only [`Pass::run`] is compiled for each of them, and it is a loop without a rest: it works on blocks of
//! [`LANES`] elements. Tiles, strides, rests and threads are done here once for all.
use super::{
    super::{
        math::Float,
        reduce,
        simd::simd,
        threads::{Shared, for_chunks, parallel_ns},
    },
    strided::{Input, LONG, TILE},
};
use std::{marker::PhantomData, mem::MaybeUninit};

/// Elements of a block: whole vectors of every instruction set.
const LANES: usize = 32;
/// Elements that one thread handles in one go.
const CHUNK: usize = 1 << 14;
/// Inputs for which small inputs need no memory.
const FEW: usize = 4;
/// Costs per nanosecond: what a core does of [`Formula::COST`].
const COST_PER_NS: usize = 16;

/// A function of `N` numbers with `M` results, and its derivatives, written by `#[elementwise]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no elementwise function of {N} numbers with {M} results",
    label = "called with {N} numbers for {M} results",
    note = "a formula calls functions that `#[elementwise]` made, with as many numbers as they take"
)]
pub trait Formula<const N: usize, const M: usize>: 'static {
    /// What messages call it.
    const NAME: &'static str;
    /// Which arguments are the same number for all elements.
    const NUMBERS: [bool; N];
    /// The others.
    const TENSORS: [bool; N] = not(Self::NUMBERS);
    /// Which of these the gradient needs.
    const KEPT: [bool; N];
    /// Whether the gradient needs the result.
    const OUTPUT: bool;
    /// About how many additions the value is worth.
    const COST: usize;

    /// The results at `x`.
    fn value<const FMA: bool, T: Float>(x: [T; N]) -> [T; M];
    /// The gradient by `x` from that by the results `y`.
    fn gradient<const FMA: bool, T: Float>(x: [T; N], y: [T; M], g: [T; M]) -> [T; N];
    /// The gradient of the gradient by `x`, `y` and `g`, from that by its results.
    fn second<const FMA: bool, T: Float>(
        x: [T; N],
        y: [T; M],
        g: [T; M],
        h: [T; N],
    ) -> ([T; N], [T; M], [T; M]);
}

const fn not<const N: usize>(mut flags: [bool; N]) -> [bool; N] {
    let mut k = 0;
    while k < N {
        flags[k] = !flags[k];
        k += 1;
    }
    flags
}

/// How many of the flags are set.
#[inline(always)]
fn count<const N: usize>(flags: [bool; N]) -> usize {
    flags.into_iter().filter(|flag| *flag).count()
}

/// A loop over one of the three functions of a formula: `n` elements, whole blocks of them. Inputs that
/// it does not read are empty. Result `k` begins at `k * TILE` of `out`.
pub type Loop<T> = fn(inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]);

trait Pass<T> {
    fn run<const FMA: bool>(inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]);
}

simd! {
    fn run_pass[T, P](inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T])
    where [T: Float, P: Pass<T>] {
        P::run::<FMA>(inputs, numbers, n, out);
    }
}

struct Value<F, const N: usize, const M: usize>(PhantomData<F>);
struct Gradient<F, const N: usize, const M: usize>(PhantomData<F>);
struct Second<F, const N: usize, const M: usize>(PhantomData<F>);

/// `n` as the number of elements of whole blocks, such that the compiler knows it.
#[inline(always)]
fn blocks(n: usize) -> usize {
    n / LANES * LANES
}

/// The first `n` elements of the next `K` inputs; of those that are not `read`, nothing.
#[inline(always)]
fn take<'a, T, const K: usize>(inputs: &mut &[&'a [T]], read: [bool; K], n: usize) -> [&'a [T]; K] {
    let (now, rest) = inputs.split_at(K);
    *inputs = rest;
    std::array::from_fn(|k| if read[k] { &now[k][..n] } else { &[][..] })
}

/// Element `i` of each of the inputs that are `read`; for the others, what `or` says.
#[inline(always)]
fn at<T: Float, const K: usize>(
    inputs: &[&[T]; K],
    read: [bool; K],
    or: &[T; K],
    i: usize,
) -> [T; K] {
    std::array::from_fn(|k| if read[k] { inputs[k][i] } else { or[k] })
}

/// Writes the `wanted` ones among `values` as element `i` of the results from the `place`-th on; returns
/// the next place.
#[inline(always)]
fn put<T: Float, const K: usize>(
    out: &mut [T],
    mut place: usize,
    values: [T; K],
    wanted: [bool; K],
    i: usize,
) -> usize {
    for (value, wanted) in values.into_iter().zip(wanted) {
        if wanted {
            out[place * TILE + i] = value;
            place += 1;
        }
    }
    place
}

/// The numbers of a formula, 0 for its tensors.
#[inline(always)]
fn constants<T: Float, const N: usize>(numbers: &[T]) -> [T; N] {
    *numbers.first_chunk().expect("a number for each argument")
}

impl<F: Formula<N, M>, T: Float, const N: usize, const M: usize> Pass<T> for Value<F, N, M> {
    #[inline(always)]
    fn run<const FMA: bool>(mut inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]) {
        let n = blocks(n);
        let numbers = constants(numbers);
        let x = take(&mut inputs, F::TENSORS, n);
        let out = &mut out[..(M - 1) * TILE + n];
        for i in 0..n {
            let y = F::value::<FMA, T>(at(&x, F::TENSORS, &numbers, i));
            put(out, 0, y, [true; M], i);
        }
    }
}

impl<F: Formula<N, M>, T: Float, const N: usize, const M: usize> Pass<T> for Gradient<F, N, M> {
    #[inline(always)]
    fn run<const FMA: bool>(mut inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]) {
        let n = blocks(n);
        let (numbers, zero) = (constants(numbers), [T::ZERO; M]);
        let x = take(&mut inputs, F::KEPT, n);
        let y = take(&mut inputs, [F::OUTPUT; M], n);
        let g = take(&mut inputs, [true; M], n);
        let out = &mut out[..(count(F::TENSORS) - 1) * TILE + n];
        for i in 0..n {
            let x = at(&x, F::KEPT, &numbers, i);
            let y = at(&y, [F::OUTPUT; M], &zero, i);
            let g = at(&g, [true; M], &zero, i);
            put(out, 0, F::gradient::<FMA, T>(x, y, g), F::TENSORS, i);
        }
    }
}

/// Its results are the gradients by the kept arguments, the result if it was needed, and each gradient.
impl<F: Formula<N, M>, T: Float, const N: usize, const M: usize> Pass<T> for Second<F, N, M> {
    #[inline(always)]
    fn run<const FMA: bool>(mut inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]) {
        let n = blocks(n);
        let (numbers, zero) = (constants(numbers), [T::ZERO; M]);
        let x = take(&mut inputs, F::KEPT, n);
        let y = take(&mut inputs, [F::OUTPUT; M], n);
        let g = take(&mut inputs, [true; M], n);
        let h = take(&mut inputs, F::TENSORS, n);
        for i in 0..n {
            let x = at(&x, F::KEPT, &numbers, i);
            let y = at(&y, [F::OUTPUT; M], &zero, i);
            let g = at(&g, [true; M], &zero, i);
            let h = at(&h, F::TENSORS, &[T::ZERO; N], i);
            let (by_x, by_y, by_g) = F::second::<FMA, T>(x, y, g, h);
            let place = put(out, 0, by_x, F::KEPT, i);
            let place = put(out, place, by_y, [F::OUTPUT; M], i);
            put(out, place, by_g, [true; M], i);
        }
    }
}

/// The loops of a formula for one type of numbers.
pub struct Loops<T> {
    pub value: Loop<T>,
    pub gradient: Loop<T>,
    /// Plain code: second derivatives are rare.
    pub second: Loop<T>,
}

/// What is known of a formula when it runs.
pub struct Plan {
    pub name: &'static str,
    pub numbers: &'static [bool],
    pub kept: &'static [bool],
    pub output: bool,
    pub results: usize,
    pub cost: usize,
    pub f32: Loops<f32>,
    pub f64: Loops<f64>,
}

struct Planned<F, const N: usize, const M: usize>(PhantomData<F>);

impl<F: Formula<N, M>, const N: usize, const M: usize> Planned<F, N, M> {
    const PLAN: Plan = Plan {
        name: F::NAME,
        numbers: &F::NUMBERS,
        kept: &F::KEPT,
        output: F::OUTPUT,
        results: M,
        cost: F::COST,
        f32: loops::<F, f32, N, M>(),
        f64: loops::<F, f64, N, M>(),
    };
}

const fn loops<F: Formula<N, M>, T: Float, const N: usize, const M: usize>() -> Loops<T> {
    Loops {
        value: run_pass::<T, Value<F, N, M>>,
        gradient: run_pass::<T, Gradient<F, N, M>>,
        second: Second::<F, N, M>::run::<false>,
    }
}

/// The plan of a formula.
pub fn plan<F: Formula<N, M>, const N: usize, const M: usize>() -> &'static Plan {
    &Planned::<F, N, M>::PLAN
}

/// An input of a loop: memory and the strides by which it is read; none if its elements lie one after
/// the other.
pub struct Source<'a, T> {
    pub x: &'a [T],
    pub strides: Option<&'a [usize]>,
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
    inputs: Vec<Option<Input<'a, T>>>,
    /// The shortest row that lies without gaps.
    row: usize,
    buffers: Vec<[MaybeUninit<T>; TILE]>,
}

impl<'a, T: Float> Reader<'a, T> {
    fn new(work: &'a Work<'a, T>) -> Self {
        let open = |s: &Source<'a, T>| match s.strides {
            Some(strides) => Input::new(s.x, work.shape, strides),
            None => Input::new(s.x, &[work.len()], &[1]),
        };
        let inputs: Vec<Option<Input<'a, T>>> =
            work.inputs.iter().map(|s| s.as_ref().map(open)).collect();
        let rows = inputs.iter().flatten().map(Input::row);
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
        for (slice, input) in slices.iter_mut().zip(&self.inputs) {
            let buffer = buffers.next();
            if let Some(input) = input {
                *slice = match buffer {
                    Some(buffer) => input.read(start, n, buffer),
                    None => input.direct(start, n),
                };
            }
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
                Some(s) if s.strides.is_none() => *slices.get_mut(k)? = &s.x[start..start + n],
                Some(_) => return None,
            }
        }
        (self.inputs.len() <= FEW).then_some(slices)
    }

    /// The results for the `n` elements of each of the slices.
    fn apply(&self, slices: &[&[T]], n: usize, out: &mut [T]) {
        let whole = blocks(n);
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

/// The sum of all elements of the single result, chunk by chunk whatever the number of threads.
pub fn sum<T: Float>(work: &Work<'_, T>) -> T {
    let len = work.len();
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
