//! The identity matrix.
use super::{Initializer, Param, write};
use d2l_core::Tensor;

/// Ones on the diagonal of a matrix, zeros elsewhere: a dense layer that passes on as many inputs
/// as it can (PyTorch's `init.eye_`).
///
/// ```
/// use d2l::{init::Eye, prelude::*};
/// let layer = LazyLinear::new(3).kernel_initializer(Eye).bias(false);
/// let x = Tensor::from([[5.0, 6.0]]);
/// assert_eq!(layer.forward(&x), Tensor::from([[5.0, 6.0, 0.0]]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Eye;

impl Initializer for Eye {
    /// # Panics
    /// If the tensor does not have two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        assert!(
            t.dim() == 2,
            "eye_: a tensor of shape {:?} is not a matrix",
            t.shape()
        );
        write("eye_", t, &Tensor::eye(t.shape()));
    }
}

/// [`Eye`] for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([2, 2]));
/// assert_eq!(**init::eye_(&w), Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
/// ```
///
/// # Panics
/// If `p` does not have two axes.
#[track_caller]
pub fn eye_(p: &Param) -> &Param {
    p.init(Eye)
}
