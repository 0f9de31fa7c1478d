//! The uniform distribution.
use super::{Initializer, Param};
use d2l_core::Tensor;

/// `Uniform(low, high)`: uniform on `[low, high)` (PyTorch's `init.uniform_`, book 6.3).
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([100]));
/// w.init(Uniform(-1.0, 1.0));
/// assert!(w.ge(-1).all() && w.lt(1).all());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uniform(pub f64, pub f64);

impl Initializer for Uniform {
    /// # Panics
    /// If `low` is above `high`.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.uniform_(self.0, self.1);
    }
}

/// [`Uniform`]`(low, high)` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([9]));
/// assert!(init::uniform_(&w, 2.0, 3.0).ge(2).all());
/// ```
///
/// # Panics
/// If `low` is above `high`.
#[track_caller]
pub fn uniform_(p: &Param, low: impl Into<f64>, high: impl Into<f64>) -> &Param {
    p.init(Uniform(low.into(), high.into()))
}
