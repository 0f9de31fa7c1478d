//! A tensor kept for the backward pass, which must not change until then.
use crate::{
    IntoOperand, Operand, Tensor,
    error::fail,
    error::{Error, ErrorKind},
    tensor::Dims,
};
use std::ops::Deref;

/// Dereferences to the tensor, or panics if it was changed in place since it was saved.
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
}

impl Deref for Saved {
    type Target = Tensor;
    fn deref(&self) -> &Tensor {
        if self.tensor.version() != self.version {
            let what = format!(
                "a tensor of shape {:?} that `{}` saved for backward was changed in place afterwards; \
                 change a `copy()`, or call backward first",
                self.tensor.shape(),
                self.op
            );
            fail(&Error::new("backward", ErrorKind::Autograd, what));
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
