//! What is compiled for each formula: loops over it, its gradient and the gradient of that.
use super::super::super::{math::Float, simd::simd};
use std::marker::PhantomData;

/// Elements of a block: whole vectors of every instruction set.
pub const LANES: usize = 32;

/// A formula over rows of elements, written by `#[elementwise]`. Each of the three goes over whole blocks; what it
/// reads are the arguments, then the results, then the gradients of those, then the gradients of what
/// `gradients` gives, in rows of `n`; those that it does not need may be empty. `numbers` are the
/// arguments that are the same for all elements, each at its place. The rows of `out` are `TILE` apart.
pub trait Rows: 'static {
    /// The results.
    fn values<const FMA: bool, T: Float>(inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]);
    /// The gradients by the tensors.
    fn gradients<const FMA: bool, T: Float>(
        inputs: &[&[T]],
        numbers: &[T],
        n: usize,
        out: &mut [T],
    );
    /// The gradients of the gradients by the kept arguments, the result if it is needed, and each
    /// gradient of a result.
    fn seconds<const FMA: bool, T: Float>(inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]);
}

/// A function of `N` numbers with `M` results, and its derivatives, written by `#[elementwise]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no elementwise function of {N} numbers with {M} results",
    label = "called with {N} numbers for {M} results",
    note = "a formula calls functions that `#[elementwise]` made, with as many numbers as they take"
)]
pub trait Formula<const N: usize, const M: usize>: Rows {
    /// What messages call it.
    const NAME: &'static str;
    /// Which arguments are the same number for all elements.
    const NUMBERS: [bool; N];
    /// Which arguments the gradient needs.
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

/// A loop over `n` elements, whole blocks of them.
pub type Loop<T> = fn(inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T]);

// `n` is rounded down to whole blocks where the compiler sees it, which leaves the loops no rest.
simd! {
    fn values[T, F](inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T])
    where [T: Float, F: Rows] {
        F::values::<FMA, T>(inputs, numbers, n / LANES * LANES, out);
    }
}
simd! {
    fn gradients[T, F](inputs: &[&[T]], numbers: &[T], n: usize, out: &mut [T])
    where [T: Float, F: Rows] {
        F::gradients::<FMA, T>(inputs, numbers, n / LANES * LANES, out);
    }
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
    /// Plain code in f64 alone: second derivatives are rare.
    pub second: Loop<f64>,
}

/// The loops of a formula for one type of numbers.
pub struct Loops<T> {
    pub value: Loop<T>,
    pub gradient: Loop<T>,
}

/// A type of numbers that there are loops for.
pub trait Numbers: Float {
    fn loops(plan: &'static Plan) -> &'static Loops<Self>;
}

impl Numbers for f32 {
    fn loops(plan: &'static Plan) -> &'static Loops<f32> {
        &plan.f32
    }
}

impl Numbers for f64 {
    fn loops(plan: &'static Plan) -> &'static Loops<f64> {
        &plan.f64
    }
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
        f32: Loops {
            value: values::<f32, F>,
            gradient: gradients::<f32, F>,
        },
        f64: Loops {
            value: values::<f64, F>,
            gradient: gradients::<f64, F>,
        },
        second: F::seconds::<false, f64>,
    };
}

/// The plan of a formula.
pub fn plan<F: Formula<N, M>, const N: usize, const M: usize>() -> &'static Plan {
    &Planned::<F, N, M>::PLAN
}
