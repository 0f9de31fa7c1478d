//! How often the right class is found.
use super::{
    Metric,
    classes::{labels, pairs, scores},
};
use d2l_core::Tensor;

/// The part of the examples whose label is the class with the largest score, or among the `k` largest
/// (book 4.3; torchmetrics' `MulticlassAccuracy` with `average="micro"`).
///
/// Shapes: scores `[.., classes]`, labels `[..]`, integers; or predicted classes, integers of the
/// labels' shape. Of nothing it is NaN. Of equal scores the class that `topk` names first counts.
///
/// ```
/// use d2l::prelude::*;
/// let y_hat = Tensor::from([[0.1, 0.3, 0.6], [0.3, 0.2, 0.5]]);
/// let y = Tensor::from([1, 2]);
/// let (mut first, mut second) = (Accuracy::new(), Accuracy::new().top_k(2));
/// first.update(&y_hat, &y);
/// second.update(&y_hat, &y);
/// assert_eq!((first.compute(), second.compute()), (0.5, 1.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Accuracy {
    k: usize,
    right: u64,
    all: u64,
}

impl Accuracy {
    /// For the largest score.
    pub fn new() -> Accuracy {
        Accuracy {
            k: 1,
            right: 0,
            all: 0,
        }
    }

    /// Among how many of the largest scores the right one may be (1).
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn top_k(mut self, k: usize) -> Accuracy {
        assert!(k > 0, "Accuracy: the label is never among the first 0");
        self.k = k;
        self
    }
}

impl Default for Accuracy {
    fn default() -> Accuracy {
        Accuracy::new()
    }
}

impl Metric for Accuracy {
    type Value = f64;

    #[track_caller]
    fn update(&mut self, y_hat: &Tensor, y: &Tensor) {
        const NAME: &str = "Accuracy";
        let right = if y_hat.dtype().is_float() {
            scores(NAME, y_hat, y, None);
            let classes = y_hat.size(-1);
            assert!(
                self.k <= classes,
                "{NAME}: there are {classes} classes, fewer than the first {}",
                self.k
            );
            let y = labels(NAME, y, classes);
            let (_, first) = y_hat.detach().topk(self.k, -1);
            let first = first.to_vec::<i64>();
            let rows = first.chunks_exact(self.k).zip(&y);
            rows.filter(|(first, y)| first.contains(&(**y as i64)))
                .count()
        } else {
            assert!(
                self.k == 1,
                "{NAME}: predicted classes have no order; scores [.., classes] are needed"
            );
            let pairs = pairs(NAME, y_hat, y, i64::MAX as usize, None);
            pairs.iter().filter(|(guess, y)| guess == y).count()
        };
        self.right += right as u64;
        self.all += y.numel() as u64;
    }

    fn compute(&self) -> f64 {
        self.right as f64 / self.all as f64
    }

    fn reset(&mut self) {
        (self.right, self.all) = (0, 0);
    }
}
