//! The normal distribution.
use super::{Initializer, Param};
use d2l_core::Tensor;

/// `Normal(mean, std)`: the normal distribution (PyTorch's `init.normal_`, book 6.3).
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([1000]));
/// w.init(Normal(5.0, 0.01));
/// assert!((w.mean().item() - 5.0).abs() < 0.01);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Normal(pub f64, pub f64);

impl Initializer for Normal {
    /// # Panics
    /// If the standard deviation is negative or NaN.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.normal_(self.0, self.1);
    }
}

/// [`Normal`]`(mean, std)` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([3]));
/// assert_eq!(**init::normal_(&w, 1.0, 0.0), Tensor::ones([3]));
/// ```
///
/// # Panics
/// If the standard deviation is negative or NaN.
#[track_caller]
pub fn normal_(p: &Param, mean: impl Into<f64>, std: impl Into<f64>) -> &Param {
    p.init(Normal(mean.into(), std.into()))
}
