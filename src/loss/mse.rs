//! Mean squared error.
use d2l_core::Tensor;

/// `mean((ŷ - y)²)` over all elements (PyTorch's `nn.MSELoss`, book 3.5; without the half).
///
/// ```
/// use d2l::prelude::*;
/// let loss = MSELoss::new();
/// assert_eq!(loss.forward(&Tensor::from([1.0, 4.0]), &Tensor::from([1.0, 2.0])).item(), 2.0);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MSELoss(());

impl MSELoss {
    /// The mean of the squares.
    pub fn new() -> MSELoss {
        MSELoss(())
    }

    /// The loss of the prediction `y_hat` where `y` is right; shapes must be equal.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    #[track_caller]
    pub fn forward(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        y_hat.mse_loss(y)
    }
}
