//! Metrics: how good predictions are, over any number of batches.
//!
//! Each is an accumulator of a few numbers: [`update`](Metric::update) with a batch,
//! [`compute`](Metric::compute) at any time, [`reset`](Metric::reset) before the next epoch. No tensor
//! is kept, nothing is recorded for gradients.
//!
//! ```
//! use d2l::prelude::*;
//! let mut acc = Accuracy::new();
//! for (y_hat, y) in [([[0.1, 0.9], [0.8, 0.2]], [1, 1]), ([[0.3, 0.7], [0.4, 0.6]], [1, 1])] {
//!     acc.update(&Tensor::from(y_hat), &Tensor::from(y));
//! }
//! assert_eq!(acc.compute(), 0.75);
//! acc.reset();
//! assert!(acc.compute().is_nan()); // of nothing
//! ```
mod accuracy;
mod bleu;
mod classes;
mod confusion_matrix;
mod counts;
mod f1;
mod mean_absolute_error;
mod mean_squared_error;
mod perplexity;
mod precision;
mod recall;
#[cfg(test)]
mod tests;

pub use accuracy::Accuracy;
pub use bleu::{BLEU, bleu};
pub use confusion_matrix::ConfusionMatrix;
pub use counts::Average;
pub use f1::F1Score;
pub use mean_absolute_error::MeanAbsoluteError;
pub use mean_squared_error::MeanSquaredError;
pub use perplexity::Perplexity;
pub use precision::Precision;
pub use recall::Recall;

use d2l_core::Tensor;

/// An accumulator over batches of predictions and labels.
///
/// ```
/// use d2l::prelude::*;
/// /// The largest error.
/// #[derive(Default)]
/// struct Worst(f64);
/// impl Metric for Worst {
///     type Value = f64;
///     fn update(&mut self, y_hat: &Tensor, y: &Tensor) {
///         self.0 = self.0.max((y_hat - y).abs().max().item());
///     }
///     fn compute(&self) -> f64 {
///         self.0
///     }
///     fn reset(&mut self) {
///         *self = Worst::default();
///     }
/// }
/// let mut worst = Worst::default();
/// worst.update(&Tensor::from([1.0, 5.0]), &Tensor::from([1.5, 1.0]));
/// assert_eq!(worst.compute(), 4.0);
/// ```
pub trait Metric {
    /// What it measures.
    type Value;

    /// Takes in a batch.
    ///
    /// # Panics
    /// If predictions and labels do not fit each other.
    #[track_caller]
    fn update(&mut self, y_hat: &Tensor, y: &Tensor);

    /// The value over all batches since the beginning or the last `reset`.
    fn compute(&self) -> Self::Value;

    /// Forgets all batches.
    fn reset(&mut self);
}
