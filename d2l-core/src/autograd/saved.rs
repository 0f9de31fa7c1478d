//! A tensor kept for the backward pass, which must not change until then.
use crate::{
    IntoOperand, Operand, Tensor,
    error::{Error, ErrorKind, Result, fail},
    tensor::Dims,
};
use std::{
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

/// What unwinds from a rule that reads a tensor which was changed.
struct Changed(Error);

/// The value of `rule`, or an error if it has read a saved tensor that was changed: a rule is a closure
/// and has no line of the user to panic at; the pass has.
pub(super) fn unchanged<R>(rule: impl FnOnce() -> R) -> Result<R> {
    catch_unwind(AssertUnwindSafe(rule)).map_err(|payload| match payload.downcast::<Changed>() {
        Ok(changed) => changed.0,
        Err(other) => resume_unwind(other),
    })
}

/// Dereferences to the tensor; if it was changed in place since it was saved, the pass ends.
pub(crate) struct Saved {
    op: &'static str,
    tensor: Tensor,
    version: u32,
}

impl Saved {
    pub(crate) fn new(op: &'static str, tensor: Tensor) -> Saved {
        let version = tensor.version();
        Saved {
            op,
            tensor,
            version,
        }
    }
}

impl Saved {
    /// The shape, which no change touches.
    pub(crate) fn dims(&self) -> &Dims {
        self.tensor.dims()
    }

    #[cold]
    fn refuse(&self) -> ! {
        let why = format!(
            "a tensor of shape {:?} that `{}` saved for backward was changed in place afterwards; \
             change a `copy()`, or call backward first",
            self.tensor.shape(),
            self.op
        );
        let error = Error::new("backward", ErrorKind::Autograd, why);
        if cfg!(panic = "abort") {
            fail(&error); // nothing unwinds
        }
        resume_unwind(Box::new(Changed(error)))
    }
}

impl Deref for Saved {
    type Target = Tensor;
    fn deref(&self) -> &Tensor {
        if self.tensor.version() != self.version {
            self.refuse();
        }
        &self.tensor
    }
}

impl IntoOperand for Saved {
    fn operand(&self) -> Operand<'_> {
        Operand::Tensor(self)
    }
}

impl Tensor {
    /// This tensor, for the backward rule of `op`.
    pub(crate) fn saved(&self, op: &'static str) -> Saved {
        Saved::new(op, self.clone())
    }
}
