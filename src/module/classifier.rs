//! The base class of classification models (book 4.3).
use super::{Base, CompleteFor, Metrics, Model, OptimizersFor, Structure, hooks::Hooks};
use crate::data::Batch;
use d2l_core::Tensor;

/// Models that tell classes apart: cross-entropy as the loss, accuracy as a metric.
///
/// ```
/// use d2l::prelude::*;
/// #[derive(Module)]
/// #[module(base = Classifier)]
/// struct Softmax {
///     #[hparam]
///     lr: f32,
///     net: LazyLinear,
/// }
/// #[add_to_class(Softmax)]
/// fn forward(&self, x: &Tensor) -> Tensor {
///     self.net.forward(x)
/// }
/// # fn main() {
/// let model = Softmax { lr: 0.1, net: LazyLinear::new(3) };
/// let y_hat = Tensor::from([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]);
/// assert_eq!(model.accuracy(&y_hat, &Tensor::from([0, 2]), true).item(), 0.5);
/// # }
/// ```
pub struct Classifier;

impl Base for Classifier {
    /// The mean cross-entropy of the logits `y_hat` (classes last) and the labels `y`.
    fn loss(_: &Model, y_hat: &Tensor, y: &Tensor) -> Tensor {
        let classes = y_hat.size(-1);
        y_hat
            .reshape([y.numel(), classes])
            .cross_entropy(&y.reshape([y.numel()]))
    }

    /// `loss` and `acc`.
    fn validation_step(m: &Model, batch: &Batch) -> Metrics {
        let (y_hat, y) = (m.forward_batch(batch), batch.label());
        Metrics::from(m.loss(&y_hat, y)).with("acc", accuracy(&y_hat, y, true).item())
    }
}

impl<M: Structure> CompleteFor<M> for Classifier where M::Lr: OptimizersFor<M> {}

/// How often the largest of the scores `y_hat` (classes last) is the label's: a single number if
/// `averaged`, else 1 or 0 for each example. The book's `Classifier.accuracy`.
///
/// # Panics
/// If the number of rows and of labels differ.
#[track_caller]
pub fn accuracy(y_hat: &Tensor, y: &Tensor, averaged: bool) -> Tensor {
    let (rows, labels) = (y_hat.numel() / y_hat.size(-1).max(1), y.numel());
    assert!(
        rows == labels,
        "accuracy: {rows} predictions and {labels} labels"
    );
    let guessed = y_hat.argmax_dim(-1).reshape([labels]);
    let right = guessed.eq(y.reshape([labels]).long()).float();
    if averaged { right.mean() } else { right }
}

/// Methods of models with `#[module(base = Classifier)]`.
pub trait Classify: Structure<Base = Classifier> + Hooks {
    /// [`accuracy`], which a method of the same name overrides for the model's own code.
    #[track_caller]
    fn accuracy(&self, y_hat: &Tensor, y: &Tensor, averaged: bool) -> Tensor {
        accuracy(y_hat, y, averaged)
    }
}

impl<M: Structure<Base = Classifier> + Hooks> Classify for M {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accuracy_counts_rows_of_any_shape() {
        let y_hat = Tensor::from([[0.1, 0.9], [0.8, 0.2], [0.3, 0.7]]);
        assert_eq!(
            accuracy(&y_hat, &Tensor::from([1, 1, 1]), false),
            Tensor::from([1.0, 0.0, 1.0])
        );
        let sequence = y_hat.reshape([1, 3, 2]);
        assert_eq!(
            accuracy(&sequence, &Tensor::from([[1, 0, 1]]), true).item(),
            1.0
        );
    }

    #[test]
    #[should_panic(expected = "accuracy: 3 predictions and 2 labels")]
    fn accuracy_wants_a_label_for_each_row() {
        accuracy(&Tensor::zeros([3, 2]), &Tensor::from([0, 1]), true);
    }
}
