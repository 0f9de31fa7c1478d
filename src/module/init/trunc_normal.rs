//! The normal distribution between bounds.
use super::{Initializer, Param, write};
use d2l_core::{DType, Tensor};
use std::f64::consts::SQRT_2;

/// The normal distribution of this mean and standard deviation without what lies outside of two
/// bounds, which are values, not multiples of the deviation (PyTorch's `init.trunc_normal_`; there
/// and here they are -2 and 2 unless told).
///
/// Drawn by the inverse of the distribution function: `mean + std √2 erf⁻¹(u)`, with `u` uniform
/// between the values that belong to the bounds.
///
/// ```
/// use d2l::{init::TruncNormal, prelude::*};
/// let w = Param::new(Tensor::zeros([1000]));
/// w.init(TruncNormal::new(0.0, 1.0).bounds(0.5, 1.5));
/// assert!(w.ge(0.5).all() && w.le(1.5).all());
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruncNormal {
    mean: f64,
    std: f64,
    bounds: (f64, f64),
}

impl TruncNormal {
    /// The distribution between -2 and 2.
    ///
    /// # Panics
    /// If the standard deviation is not positive.
    #[track_caller]
    pub fn new(mean: impl Into<f64>, std: impl Into<f64>) -> TruncNormal {
        let (mean, std) = (mean.into(), std.into());
        assert!(
            std > 0.0,
            "trunc_normal_: the standard deviation {std} is not positive"
        );
        TruncNormal {
            mean,
            std,
            bounds: (-2.0, 2.0),
        }
    }

    /// Sets the bounds.
    ///
    /// # Panics
    /// If the first is not below the second.
    #[must_use]
    #[track_caller]
    pub fn bounds(mut self, low: impl Into<f64>, high: impl Into<f64>) -> TruncNormal {
        let (low, high) = (low.into(), high.into());
        assert!(
            low < high,
            "trunc_normal_: the bounds {low} and {high} are not in order"
        );
        self.bounds = (low, high);
        self
    }
}

impl Initializer for TruncNormal {
    #[track_caller]
    fn init(&self, t: &Tensor) {
        let (low, high) = self.bounds;
        let place = |bound: f64| {
            let z = (bound - self.mean) / (self.std * SQRT_2);
            Tensor::with_dtype(z, DType::F64).erf().item()
        };
        let u = Tensor::zeros(t.shape()).double();
        let z = u.uniform_(place(low), place(high)).erfinv();
        let x = z * (self.std * SQRT_2) + self.mean;
        write("trunc_normal_", t, &x.clamp(low, high));
    }
}

/// [`TruncNormal`]`::new(mean, std)` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([100]));
/// assert!(init::trunc_normal_(&w, 1.0, 2.0).abs().le(2).all());
/// ```
///
/// # Panics
/// If the standard deviation is not positive.
#[track_caller]
pub fn trunc_normal_(p: &Param, mean: impl Into<f64>, std: impl Into<f64>) -> &Param {
    p.init(TruncNormal::new(mean, std))
}
