//! The mean of squared differences.
use super::Metric;
use d2l_core::Tensor;

/// `Σ (ŷ - y)² / n` over all numbers of all batches (torchmetrics' `MeanSquaredError`); of nothing it
/// is NaN. Sums are in double precision.
///
/// Shapes: both the same.
///
/// ```
/// use d2l::prelude::*;
/// let mut mse = MeanSquaredError::new();
/// mse.update(&Tensor::from([1.0, 2.0]), &Tensor::from([1.0, 5.0]));
/// mse.update(&Tensor::from([0.0]), &Tensor::from([3.0]));
/// assert_eq!(mse.compute(), 6.0);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeanSquaredError {
    sum: f64,
    n: u64,
}

impl MeanSquaredError {
    /// Of nothing yet.
    pub fn new() -> MeanSquaredError {
        MeanSquaredError::default()
    }
}

/// The differences of all numbers in double precision.
#[track_caller]
pub(super) fn differences(name: &str, y_hat: &Tensor, y: &Tensor) -> Tensor {
    assert!(
        y_hat.shape() == y.shape(),
        "{name}: predictions of shape {:?} and labels of shape {:?}",
        y_hat.shape(),
        y.shape()
    );
    y_hat.detach().double() - y.detach().double()
}

impl Metric for MeanSquaredError {
    type Value = f64;

    #[track_caller]
    fn update(&mut self, y_hat: &Tensor, y: &Tensor) {
        let far = differences("MeanSquaredError", y_hat, y);
        self.sum += far.square().sum().item();
        self.n += y.numel() as u64;
    }

    fn compute(&self) -> f64 {
        self.sum / self.n as f64
    }

    fn reset(&mut self) {
        *self = MeanSquaredError::default();
    }
}
