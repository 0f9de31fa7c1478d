//! How many of the predictions of a class are right.
use super::counts::{of_counts, ratio};

of_counts! {
    /// Right predictions of a class by all predictions of it: `hits / (hits + false alarms)`; 0 where
    /// there are none (sklearn's `precision_score`, torchmetrics' `Precision`).
    ///
    /// Shapes: scores `[.., classes]`, labels `[..]`, integers; or predicted classes, integers of the
    /// labels' shape.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let mut precision = Precision::binary();
    /// precision.update(&Tensor::from([0.9, 0.6, 0.2, 0.1]), &Tensor::from([1, 0, 1, 0]));
    /// assert_eq!(precision.compute(), 0.5);
    /// ```
    Precision, |c| ratio(c.hits as f64, (c.hits + c.alarms) as f64)
}
