//! Which class is taken for which.
use super::{Metric, classes::pairs};
use d2l_core::Tensor;

/// How many examples of class `i` were taken for class `j`, `[classes, classes]`, rows the right
/// class (sklearn's `confusion_matrix`).
///
/// Shapes: scores `[.., classes]`, labels `[..]`, integers; or predicted classes, integers of the
/// labels' shape.
///
/// ```
/// use d2l::prelude::*;
/// let mut confusion = ConfusionMatrix::new(2);
/// confusion.update(&Tensor::from([0, 1, 1, 1]), &Tensor::from([0, 0, 1, 1]));
/// assert_eq!(confusion.compute(), Tensor::from([[1, 1], [0, 2]]));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionMatrix {
    classes: usize,
    counts: Vec<i64>,
}

impl ConfusionMatrix {
    /// Of this many classes.
    ///
    /// # Panics
    /// If there are none.
    #[track_caller]
    pub fn new(classes: usize) -> ConfusionMatrix {
        assert!(classes > 0, "ConfusionMatrix: at least one class is needed");
        ConfusionMatrix {
            classes,
            counts: vec![0; classes * classes],
        }
    }
}

impl Metric for ConfusionMatrix {
    type Value = Tensor;

    #[track_caller]
    fn update(&mut self, y_hat: &Tensor, y: &Tensor) {
        for (guess, right) in pairs("ConfusionMatrix", y_hat, y, self.classes, None) {
            self.counts[right * self.classes + guess] += 1;
        }
    }

    fn compute(&self) -> Tensor {
        Tensor::from_vec(self.counts.clone(), [self.classes, self.classes])
    }

    fn reset(&mut self) {
        self.counts.fill(0);
    }
}
