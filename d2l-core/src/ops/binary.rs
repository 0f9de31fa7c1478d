//! Shared form of elementwise functions of two tensors that broadcast.
use super::{
    operand::{Operand, Other, promote},
    walk::widen,
};
use crate::{
    DType, Tensor,
    error::{Result, bail},
    tensor::{Dims, broadcast},
};

/// What an operation makes of its common dtype.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Everything; bytes and bools are computed as `I64`.
    Any,
    /// Numbers: no bools.
    Numbers,
    /// Floats; the rest becomes the default float.
    Floats,
    /// Integers and bools.
    Integers,
}

/// Both sides in the dtype to compute in.
pub(crate) struct Pair {
    pub(crate) x: Tensor,
    pub(crate) y: Tensor,
    /// The shape both broadcast to.
    pub(crate) shape: Dims,
    /// The dtype of the result.
    pub(crate) dtype: DType,
}

/// Promotes and checks; a number becomes a tensor without axes.
pub(crate) fn pair(op: &'static str, takes: Takes, x: &Tensor, y: Operand<'_>) -> Result<Pair> {
    let (x, y) = both(x, y);
    let shape = broadcast(op, x.dims(), y.dims())?;
    let dtype = x.dtype();
    check(op, takes, dtype)?;
    if takes == Takes::Floats {
        let (x, y) = (x.as_float(), y.as_float());
        let dtype = x.dtype();
        return Ok(Pair { x, y, shape, dtype });
    }
    let (x, y) = (widen(x), widen(y));
    Ok(Pair { x, y, shape, dtype })
}

/// Both sides in one dtype.
pub(crate) fn both(x: &Tensor, y: Operand<'_>) -> (Tensor, Tensor) {
    match promote(x, y) {
        (x, Other::Tensor(y)) => (x, y),
        (x, Other::Number(v)) => {
            let y = Tensor::filled(Dims::new(&[]), v, x.dtype());
            (x, y)
        }
    }
}

fn check(op: &'static str, takes: Takes, dtype: DType) -> Result<()> {
    match takes {
        Takes::Numbers if dtype == DType::Bool => {
            bail!(
                op,
                DType,
                "bool tensors are not numbers; convert with `long()`"
            )
        }
        Takes::Integers if dtype.is_float() => {
            bail!(
                op,
                DType,
                "{dtype} tensors have no bits to work on; convert with `long()` or `bool()`"
            )
        }
        _ => Ok(()),
    }
}

/// A method `name: what it takes, dispatch macro, |x, y| kernel, |gradient, x, y| [gradients]`. The
/// gradients are summed back to the shapes of their inputs.
macro_rules! binary {
    ($($(#[$doc:meta])* $name:ident: $takes:ident, $dispatch:ident, |$x:ident, $y:ident| $kernel:expr,
       |$g:ident, $a:ident, $b:ident| [$ga:expr, $gb:expr];)*) => { impl Tensor { $(
        $(#[$doc])*
        ///
        /// Shapes broadcast and dtypes promote as in PyTorch.
        ///
        /// # Panics
        /// If the shapes do not broadcast, or for a dtype that the operation does not take.
        #[track_caller]
        pub fn $name(&self, other: impl $crate::IntoOperand) -> Tensor {
            // Compiled once for all types of operands.
            fn compute(x: &Tensor, y: $crate::Operand<'_>) -> $crate::Result<Tensor> {
                const OP: &str = stringify!($name);
                use $crate::ops::{binary::{Pair, Takes, pair}, walk};
                let Pair { x, y, shape, dtype } = pair(OP, Takes::$takes, x, y)?;
                let out = $crate::tensor::$dispatch!(x.dtype(), T => {
                    walk::zip::<T, T, T>(&x, &y, shape, x.dtype(), |$x: T, $y: T| $kernel)
                });
                let (a, b) = (x.saved(OP), y.saved(OP));
                Ok(walk::narrow(out, dtype).record(OP, [&x, &y], move |$g, cx| {
                    let ($a, $b): (&Tensor, &Tensor) = (&a, &b);
                    [
                        cx.needs(0, || Tensor::sum_to(&$ga, a.dims())),
                        cx.needs(1, || Tensor::sum_to(&$gb, b.dims())),
                    ]
                }))
            }
            $crate::error::ok!(compute(self, other.operand()))
        }
    )* } };
}
pub(crate) use binary;
