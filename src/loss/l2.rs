//! Gluon's squared loss.
use d2l_core::Tensor;

/// `½ (ŷ - y)²`, averaged over all axes but the first: one loss per example (Gluon's `L2Loss`, the
/// book's MXNet dialect). `Trainer` wants a single number: take the `mean()`.
///
/// ```
/// use d2l::prelude::*;
/// let (y_hat, y) = (Tensor::from([[1.0], [4.0]]), Tensor::from([[1.0], [2.0]]));
/// assert_eq!(L2Loss::new().forward(&y_hat, &y), Tensor::from([0.0, 2.0]));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct L2Loss(());

impl L2Loss {
    /// Half of the square, per example.
    pub fn new() -> L2Loss {
        L2Loss(())
    }

    /// The losses `[n]` of the predictions `y_hat [n, ..]` where `y [n, ..]` is right.
    ///
    /// # Panics
    /// If shapes differ, or there is no axis of examples.
    #[track_caller]
    pub fn forward(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        let fits = y_hat.shape() == y.shape() && y.dim() > 0;
        assert!(
            fits,
            "L2Loss: prediction {:?} and label {:?} do not fit",
            y_hat.shape(),
            y.shape()
        );
        let half = (y_hat - y).square() * 0.5;
        match half.dim() {
            1 => half,
            _ => half.flatten_from(1).mean_dim(1),
        }
    }
}
