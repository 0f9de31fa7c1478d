//! Cross-entropy.
use d2l_core::Tensor;

/// The mean of `-ln softmax(x)[label]` over the examples (PyTorch's `nn.CrossEntropyLoss`, book 4.1).
/// Scores are unnormalised: no softmax before it.
///
/// ```
/// use d2l::prelude::*;
/// let loss = CrossEntropyLoss::new().forward(&Tensor::zeros([2, 4]), &Tensor::from([0, 3]));
/// assert!((loss.item() - 4f64.ln()).abs() < 1e-6);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct CrossEntropyLoss(());

impl CrossEntropyLoss {
    /// The mean over the examples.
    pub fn new() -> CrossEntropyLoss {
        CrossEntropyLoss(())
    }

    /// The loss of the scores `x [n, classes]` where the classes `labels [n]` (integers) are right.
    ///
    /// # Panics
    /// If shapes do not fit or a label is no class.
    #[track_caller]
    pub fn forward(&self, x: &Tensor, labels: &Tensor) -> Tensor {
        x.cross_entropy(labels)
    }
}
