//! How many tokens a language model hesitates between.
use super::{
    Metric,
    classes::{labels, scores},
};
use d2l_core::{CrossEntropyLoss, Reduction, Tensor};

/// `exp(-Σ ln p(token) / n)`: the exponential of the mean cross-entropy (book 9.3; torchmetrics'
/// `Perplexity`). 1 for a model that always knows the next token, the size of the vocabulary for one
/// that knows nothing. The mean is over tokens, not over batches; of nothing it is NaN.
///
/// Shapes: scores without softmax `[.., vocabulary]`, tokens `[..]`, integers.
///
/// ```
/// use d2l::prelude::*;
/// let mut perplexity = Perplexity::new().ignore_index(0); // padding
/// perplexity.update(&Tensor::zeros([2, 3, 28]), &Tensor::from([[5, 7, 0], [27, 0, 0]]));
/// assert!((perplexity.compute() - 28.0).abs() < 1e-4);
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Perplexity {
    ignored: Option<i64>,
    loss: f64,
    n: u64,
}

impl Perplexity {
    /// Of all tokens.
    pub fn new() -> Perplexity {
        Perplexity {
            ignored: None,
            loss: 0.0,
            n: 0,
        }
    }

    /// A token that does not count, as the padding (none).
    #[must_use]
    pub fn ignore_index(mut self, token: i64) -> Perplexity {
        self.ignored = Some(token);
        self
    }
}

impl Default for Perplexity {
    fn default() -> Perplexity {
        Perplexity::new()
    }
}

impl Metric for Perplexity {
    type Value = f64;

    #[track_caller]
    fn update(&mut self, y_hat: &Tensor, y: &Tensor) {
        const NAME: &str = "Perplexity";
        scores(NAME, y_hat, y, None);
        let (vocabulary, all) = (y_hat.size(-1), y.numel());
        let y = y.reshape([all]);
        let ignored = self.ignored.map(|token| y.eq(token));
        let counted = match &ignored {
            Some(ignored) => y.masked_fill(ignored, 0),
            None => y.clone(),
        };
        labels(NAME, &counted, vocabulary);
        let loss = CrossEntropyLoss::new().reduction(Reduction::Sum);
        let loss = loss.ignore_index(self.ignored.unwrap_or(-1)); // no class
        let scores = y_hat.detach().reshape([all, vocabulary]);
        self.loss += loss.forward(&scores, &y.long()).item();
        self.n += all as u64 - ignored.map_or(0, |i| i.long().sum().item() as u64);
    }

    fn compute(&self) -> f64 {
        (self.loss / self.n as f64).exp()
    }

    fn reset(&mut self) {
        (self.loss, self.n) = (0.0, 0);
    }
}
