//! Formulas that a macro has written, as operations on tensors: broadcasting, gradients and second
//! derivatives. All of it is compiled once; of each formula there are only the loops.
use super::walk::broadcast_strides;
use crate::{
    DType, Tensor,
    autograd::{Context, Gradients, Saved, is_grad_enabled, is_recording},
    default_dtype,
    error::{Result, ok},
    kernel::{
        elementwise::formula::{self as kernel, Formula, Loop, Numbers, Plan, Source, Work, plan},
        storage::Plain,
    },
    stack,
    tensor::{Dims, broadcast, float},
};
use smallvec::{SmallVec, smallvec};

/// A list with a place for each argument or result: for short tensors lists would cost more than the loop.
type Few<T> = SmallVec<[T; 4]>;

/// What a formula is given.
#[derive(Clone, Copy)]
pub enum Argument<'a> {
    /// A tensor, which has a gradient.
    Tensor(&'a Tensor),
    /// A number, the same for all elements.
    Number(f64),
}

impl<'a> From<&'a Tensor> for Argument<'a> {
    fn from(x: &'a Tensor) -> Self {
        Argument::Tensor(x)
    }
}

impl From<f64> for Argument<'_> {
    fn from(x: f64) -> Self {
        Argument::Number(x)
    }
}

/// The results of formula `F`, recorded; what `#[elementwise]` calls.
///
/// ```
/// use d2l_core::Tensor;
/// let x = Tensor::from([0.0, 100.0]);
/// assert_eq!(x.silu(), x);
/// ```
///
/// # Panics
/// If the shapes do not broadcast.
#[track_caller]
pub fn apply<F: Formula<N, M>, const N: usize, const M: usize>(
    arguments: [Argument<'_>; N],
) -> [Tensor; M] {
    let mut results = ok!(results(plan::<F, N, M>(), &arguments)).into_iter();
    std::array::from_fn(|_| results.next().expect("as many as the plan says"))
}

/// The sum or mean of the result of `F` over all elements or the last axis, computed in the same pass.
///
/// ```
/// use d2l_core::Tensor;
/// assert_eq!(Tensor::from([1.0, 4.0]).l1_loss(&Tensor::from([3.0, 4.0])).item(), 1.0);
/// ```
///
/// # Panics
/// If the shapes do not broadcast.
#[track_caller]
pub fn apply_sum<F: Formula<N, 1>, const N: usize>(
    arguments: [Argument<'_>; N],
    mean: bool,
    last: bool,
) -> Tensor {
    ok!(sum(plan::<F, N, 1>(), &arguments, mean, last))
}

/// A formula with its numbers, applied to tensors of one shape and dtype.
#[derive(Clone)]
struct Call {
    plan: &'static Plan,
    /// For each argument, 0 for tensors; none if all are.
    numbers: Vec<f64>,
    shape: Dims,
    dtype: DType,
}

impl Call {
    /// The call, and its tensors in one dtype.
    fn new(plan: &'static Plan, arguments: &[Argument<'_>]) -> Result<(Call, Few<Tensor>)> {
        let tensors = || {
            arguments.iter().filter_map(|a| match a {
                Argument::Tensor(x) => Some(*x),
                Argument::Number(_) => None,
            })
        };
        let mut shape = Dims::new(&[]);
        let mut dtype = DType::Bool;
        for x in tensors() {
            shape = broadcast(plan.name, &shape, x.dims())?;
            dtype = dtype.promote(x.dtype());
        }
        if !dtype.is_float() {
            dtype = default_dtype();
        }
        let number = |a: &Argument<'_>| match a {
            Argument::Tensor(_) => 0.0,
            Argument::Number(v) => *v,
        };
        let call = Call {
            plan,
            numbers: match plan.numbers.contains(&true) {
                true => arguments.iter().map(number).collect(),
                false => Vec::new(),
            },
            shape,
            dtype,
        };
        Ok((call, tensors().map(|x| x.to_dtype(dtype)).collect()))
    }

    /// How many of the arguments are tensors.
    fn tensors(&self) -> usize {
        self.plan.numbers.iter().filter(|n| !**n).count()
    }

    /// The tensors among the arguments as a list with one place for each argument.
    fn spread<'a>(&self, tensors: impl IntoIterator<Item = &'a Tensor>) -> Few<Option<&'a Tensor>> {
        let mut tensors = tensors.into_iter();
        let place = |number: &bool| if *number { None } else { tensors.next() };
        self.plan.numbers.iter().map(place).collect()
    }

    /// How `x` is read; nothing if its elements lie in the order of the results.
    fn strides(&self, x: &Tensor) -> Option<Dims> {
        let flat = x.is_contiguous() && *x.dims() == self.shape;
        (!flat).then(|| broadcast_strides(x, &self.shape))
    }

    /// Runs `f` with the work of one of the loops.
    fn with_work<T: Numbers + Plain, R>(
        &self,
        run: Loop<T>,
        inputs: &[Option<&Tensor>],
        results: usize,
        f: impl FnOnce(&Work<'_, T>) -> R,
    ) -> R {
        let opened: Few<_> = inputs
            .iter()
            .map(|x| x.map(|x| (x.read_strided::<T>(), self.strides(x))))
            .collect();
        let sources: Few<Option<Source<'_, T>>> = opened
            .iter()
            .map(|x| {
                let (x, strides) = x.as_ref()?;
                let strides = strides.as_deref();
                Some(Source::Memory { x, strides })
            })
            .collect();
        let mut numbers: Few<T> = smallvec![T::ZERO; self.plan.numbers.len()];
        for (number, &v) in numbers.iter_mut().zip(&self.numbers) {
            *number = T::from_f64(v);
        }
        f(&Work {
            run,
            inputs: &sources,
            numbers: &numbers,
            shape: &self.shape,
            results,
            cost: self.plan.cost,
        })
    }

    /// The wanted results of one of the loops, each a new tensor.
    fn compute<T: Numbers + Plain>(
        &self,
        run: Loop<T>,
        inputs: &[Option<&Tensor>],
        wanted: &[bool],
    ) -> Few<Option<Tensor>> {
        if let [true] = wanted {
            return smallvec![Some(self.packed(run, inputs, 1))];
        }
        let new = |&w: &bool| w.then(|| Tensor::build::<T>(self.dtype, self.shape, |_| {}));
        let results: Few<Option<Tensor>> = wanted.iter().map(new).collect();
        {
            let mut guards: Few<_> = results
                .iter()
                .map(|t| t.as_ref().map(Tensor::write::<T>))
                .collect();
            let mut outs: Few<Option<&mut [T]>> =
                guards.iter_mut().map(|g| g.as_deref_mut()).collect();
            self.with_work(run, inputs, wanted.len(), |work| {
                kernel::run(work, &mut outs)
            });
        }
        results
    }

    /// All results of one of the loops: a single one as it is, several as rows.
    fn packed<T: Numbers + Plain>(
        &self,
        run: Loop<T>,
        inputs: &[Option<&Tensor>],
        n: usize,
    ) -> Tensor {
        let len = self.shape.numel();
        let shape = match n {
            1 => self.shape,
            n => Dims::new(&[n, len]),
        };
        Tensor::build::<T>(self.dtype, shape, |out| {
            let mut outs: Few<Option<&mut [T]>> = match (n, len) {
                (1, _) => smallvec![Some(out)],
                (n, 0) => (0..n).map(|_| None).collect(),
                _ => out.chunks_exact_mut(len).map(Some).collect(),
            };
            self.with_work(run, inputs, n, |work| kernel::run(work, &mut outs));
        })
    }
}

/// The parts of a packed tensor, recorded.
fn parts(packed: &Tensor, n: usize, shape: Dims) -> Few<Tensor> {
    match n {
        1 => smallvec![packed.clone()],
        n => (0..n)
            .map(|k| packed.select(0, k as isize).reshape(shape))
            .collect(),
    }
}

/// What a formula keeps for its gradient.
struct Kept {
    call: Call,
    /// Of each tensor among the arguments, unless all have that of the results.
    shapes: Vec<Dims>,
    /// For each argument; none if the gradient needs no argument.
    x: Vec<Option<Saved>>,
}

impl Kept {
    fn new(call: Call, tensors: &[Tensor]) -> Kept {
        let plan = call.plan;
        let spread = call.spread(tensors);
        let keep = |(x, &kept): (&Option<&Tensor>, &bool)| match (x, kept) {
            (Some(x), true) => Some(x.saved(plan.name)),
            _ => None,
        };
        Kept {
            x: match plan.kept.contains(&true) {
                true => spread.iter().zip(plan.kept).map(keep).collect(),
                false => Vec::new(),
            },
            shapes: match tensors.iter().all(|x| *x.dims() == call.shape) {
                true => Vec::new(),
                false => tensors.iter().map(|x| *x.dims()).collect(),
            },
            call,
        }
    }

    /// The rule: the gradients of the tensors from that of the (packed) results.
    fn gradients(&self, g: &Tensor, cx: &Context<'_>) -> Gradients {
        let call = &self.call;
        let n = call.tensors();
        let output = call.plan.output.then(|| cx.output());
        let mut x: Few<Option<&Tensor>> = self.x.iter().map(|x| x.as_deref()).collect();
        x.resize(call.plan.numbers.len(), None);
        let known = || x.iter().flatten().copied().chain(output).chain([g]);
        let wanted: Few<bool> = (0..n).map(|k| cx.is_needed(k)).collect();
        let grads = if is_grad_enabled() && known().any(Tensor::requires_grad) {
            let packed = gradient(call, &x, output, g);
            parts(&packed, n, call.shape)
                .into_iter()
                .map(Some)
                .collect()
        } else {
            let g = parts(g, call.plan.results, call.shape);
            let inputs = gradient_inputs(call, &x, output, &g);
            float!(call.dtype, T => call.compute(T::loops(call.plan).gradient, &inputs, &wanted))
        };
        let mut all = Gradients::default();
        for (k, grad) in grads.into_iter().enumerate().filter(|(k, _)| wanted[*k]) {
            all[k] = match self.shapes.get(k) {
                Some(shape) => grad.map(|g| g.sum_to(shape)),
                None => grad,
            };
        }
        all
    }
}

/// Arguments, results, gradients of the results: what the loop of the gradient reads.
fn gradient_inputs<'a>(
    call: &Call,
    x: &[Option<&'a Tensor>],
    output: Option<&'a Tensor>,
    g: &'a [Tensor],
) -> Few<Option<&'a Tensor>> {
    let outputs = std::iter::repeat_n(output, call.plan.results);
    x.iter()
        .copied()
        .chain(outputs)
        .chain(g.iter().map(Some))
        .collect()
}

/// The gradient as an operation that can be differentiated once more: packed, in the common shape.
fn gradient(call: &Call, x: &[Option<&Tensor>], output: Option<&Tensor>, g: &Tensor) -> Tensor {
    let n = call.tensors();
    let pieces = parts(&g.detach(), call.plan.results, call.shape);
    let inputs = gradient_inputs(call, x, output, &pieces);
    let packed = float!(call.dtype, T => call.packed(T::loops(call.plan).gradient, &inputs, n));
    let known: Vec<&Tensor> = x
        .iter()
        .flatten()
        .copied()
        .chain(output)
        .chain([g])
        .collect();
    let op = call.plan.name;
    let x: Vec<Option<Saved>> = x.iter().map(|x| x.map(|x| x.saved(op))).collect();
    let (output, g) = (output.map(|y| y.saved(op)), g.saved(op));
    let call = call.clone();
    packed.record_all(op, &known, false, move |h, cx| {
        let x: Vec<Option<&Tensor>> = x.iter().map(|x| x.as_deref()).collect();
        let grads = second(&call, &x, output.as_deref(), &g, h);
        cx.twice(h, grads)
    })
}

/// The gradients of what the gradient was computed from. There is a loop for f64 only.
fn second(
    call: &Call,
    x: &[Option<&Tensor>],
    output: Option<&Tensor>,
    g: &Tensor,
    h: &Tensor,
) -> Gradients {
    let results = call.plan.results;
    let g = parts(&g.detach(), results, call.shape);
    let h = parts(&h.detach(), call.tensors(), call.shape);
    let mut inputs = gradient_inputs(call, x, output, &g);
    inputs.extend(call.spread(&h));
    let kept: Vec<&Tensor> = x.iter().flatten().copied().chain(output).collect();
    let wide = Call {
        dtype: DType::F64,
        ..call.clone()
    };
    let to_wide = |x: &Option<&Tensor>| x.map(|x| x.detach().to_dtype(DType::F64));
    let inputs: Vec<Option<Tensor>> = inputs.iter().map(to_wide).collect();
    let inputs: Vec<Option<&Tensor>> = inputs.iter().map(Option::as_ref).collect();
    let wanted = vec![true; kept.len() + results];
    let grads = wide.compute(call.plan.second, &inputs, &wanted);
    let mut grads = grads.iter().flatten().map(|g| g.to_dtype(call.dtype));
    let mut all = Gradients::default();
    for (place, x) in all.iter_mut().zip(&kept) {
        *place = grads.next().map(|g| g.sum_to(x.dims()));
    }
    let rest: Vec<Tensor> = grads.collect();
    all[kept.len()] = match &rest[..] {
        [one] => Some(one.clone()),
        several => {
            let rows: Vec<Tensor> = several.iter().map(Tensor::flatten).collect();
            Some(stack(&rows.iter().collect::<Vec<_>>(), 0))
        }
    };
    all
}

fn results(plan: &'static Plan, arguments: &[Argument<'_>]) -> Result<Few<Tensor>> {
    let (call, tensors) = Call::new(plan, arguments)?;
    let shape = call.shape;
    let spread = call.spread(&tensors);
    let packed = float!(call.dtype, T => call.packed(T::loops(plan).value, &spread, plan.results));
    let inputs: Few<&Tensor> = tensors.iter().collect();
    if !is_recording(&inputs) {
        return Ok(parts(&packed, plan.results, shape));
    }
    let kept = Kept::new(call, &tensors);
    let rule = move |g: &Tensor, cx: &Context<'_>| kept.gradients(g, cx);
    let packed = packed.record_all(plan.name, &inputs, plan.output, rule);
    Ok(parts(&packed, plan.results, shape))
}

fn sum(plan: &'static Plan, arguments: &[Argument<'_>], mean: bool, last: bool) -> Result<Tensor> {
    let (call, tensors) = Call::new(plan, arguments)?;
    if plan.output {
        // The gradient needs each of the results.
        let y = results(plan, arguments)?.remove(0);
        return Ok(reduced(&y, mean, last));
    }
    let inputs: Few<&Tensor> = tensors.iter().collect();
    let (numel, rank) = (call.shape.numel(), call.shape.len());
    let (shape, row) = match (last, rank) {
        (true, 1..) => (call.shape.remove(rank - 1), call.shape[rank - 1]),
        _ => (Dims::new(&[]), numel),
    };
    let n = if mean { row as f64 } else { 1.0 };
    let out = float!(call.dtype, T => Tensor::build::<T>(call.dtype, shape, |out| {
        call.with_work(T::loops(plan).value, &call.spread(&tensors), 1, |work| match last {
            true => kernel::rows(work, numel, row, out),
            false => out[0] = kernel::sum(work),
        });
        out.iter_mut().for_each(|o| *o /= n as T);
    }));
    if !is_recording(&inputs) {
        return Ok(out);
    }
    let (kept, full) = (Kept::new(call, &tensors), last && rank > 0);
    Ok(out.record_all(plan.name, &inputs, false, move |g, cx| {
        let g = if n == 1.0 { g.clone() } else { g / n };
        let g = if full { g.unsqueeze(-1) } else { g };
        kept.gradients(&g.expand(kept.call.shape), cx)
    }))
}

/// The sum or mean of what was computed before.
fn reduced(y: &Tensor, mean: bool, last: bool) -> Tensor {
    match (mean, last && y.dim() > 0) {
        (false, false) => y.sum(),
        (true, false) => y.mean(),
        (false, true) => y.sum_dim(-1),
        (true, true) => y.mean_dim(-1),
    }
}
