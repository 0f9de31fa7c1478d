//! Precision and recall in one number.
use super::counts::{of_counts, ratio};

of_counts! {
    /// The harmonic mean of precision and recall of a class, `2 hits / (2 hits + false alarms +
    /// misses)`; 0 where there are none (sklearn's `f1_score`, torchmetrics' `F1Score`). The mean over
    /// classes is that of their F1, not the F1 of mean precision and recall.
    ///
    /// Shapes: scores `[.., classes]`, labels `[..]`, integers; or predicted classes, integers of the
    /// labels' shape.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let mut f1 = F1Score::new(2).average(Average::Micro);
    /// f1.update(&Tensor::from([[0.9, 0.1], [0.4, 0.6]]), &Tensor::from([0, 0]));
    /// assert_eq!(f1.compute(), 0.5);
    /// ```
    F1Score, |c| ratio(2.0 * c.hits as f64, (2 * c.hits + c.alarms + c.misses) as f64)
}
