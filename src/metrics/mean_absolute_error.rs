//! The mean of differences.
use super::{Metric, mean_squared_error::differences};
use d2l_core::Tensor;

/// `Σ |ŷ - y| / n` over all numbers of all batches (torchmetrics' `MeanAbsoluteError`); of nothing it
/// is NaN. Sums are in double precision.
///
/// Shapes: both the same.
///
/// ```
/// use d2l::prelude::*;
/// let mut mae = MeanAbsoluteError::new();
/// mae.update(&Tensor::from([1.0, 2.0]), &Tensor::from([1.0, 5.0]));
/// assert_eq!(mae.compute(), 1.5);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeanAbsoluteError {
    sum: f64,
    n: u64,
}

impl MeanAbsoluteError {
    /// Of nothing yet.
    pub fn new() -> MeanAbsoluteError {
        MeanAbsoluteError::default()
    }
}

impl Metric for MeanAbsoluteError {
    type Value = f64;

    #[track_caller]
    fn update(&mut self, y_hat: &Tensor, y: &Tensor) {
        let far = differences("MeanAbsoluteError", y_hat, y);
        self.sum += far.abs().sum().item();
        self.n += y.numel() as u64;
    }

    fn compute(&self) -> f64 {
        self.sum / self.n as f64
    }

    fn reset(&mut self) {
        *self = MeanAbsoluteError::default();
    }
}
