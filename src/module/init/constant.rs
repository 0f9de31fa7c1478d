//! The same value everywhere.
use super::{Initializer, Param};
use d2l_core::Tensor;

/// The same value everywhere (PyTorch's `init.constant_`, book 6.3).
///
/// ```
/// use d2l::prelude::*;
/// let layer = LazyLinear::new(1).kernel_initializer(Constant(2.0)).bias_initializer(Zeros);
/// assert_eq!(layer.forward(&Tensor::ones([1, 3])).item(), 6.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Constant(pub f64);

/// Zero everywhere (PyTorch's `init.zeros_`, book 6.3).
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::ones([2]));
/// assert_eq!(**w.init(Zeros), Tensor::zeros([2]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zeros;

/// One everywhere (PyTorch's `init.ones_`).
///
/// ```
/// use d2l::{init::Ones, prelude::*};
/// let w = Param::new(Tensor::zeros([2]));
/// assert_eq!(**w.init(Ones), Tensor::ones([2]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ones;

impl Initializer for Constant {
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.fill_(self.0);
    }
}

impl Initializer for Zeros {
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.zero_();
    }
}

impl Initializer for Ones {
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.fill_(1.0);
    }
}

/// [`Constant`]`(value)` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([1]));
/// assert_eq!(init::constant_(&w, 42.0).item(), 42.0);
/// ```
pub fn constant_(p: &Param, value: impl Into<f64>) -> &Param {
    p.init(Constant(value.into()))
}

/// [`Zeros`] for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(init::zeros_(&Param::new(Tensor::ones([1]))).item(), 0.0);
/// ```
pub fn zeros_(p: &Param) -> &Param {
    p.init(Zeros)
}

/// [`Ones`] for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(init::ones_(&Param::new(Tensor::zeros([1]))).item(), 1.0);
/// ```
pub fn ones_(p: &Param) -> &Param {
    p.init(Ones)
}
