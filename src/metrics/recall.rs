//! How many of the examples of a class are found.
use super::counts::{of_counts, ratio};

of_counts! {
    /// Right predictions of a class by all examples of it: `hits / (hits + misses)`; 0 where there
    /// are none (sklearn's `recall_score`, torchmetrics' `Recall`).
    ///
    /// Shapes: scores `[.., classes]`, labels `[..]`, integers; or predicted classes, integers of the
    /// labels' shape.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let mut recall = Recall::new(3);
    /// recall.update(&Tensor::from([0, 1, 1, 2]), &Tensor::from([0, 0, 1, 1]));
    /// assert_eq!(recall.per_class(), [0.5, 0.5, 0.0]);
    /// assert_eq!(recall.compute(), 1.0 / 3.0);
    /// ```
    Recall, |c| ratio(c.hits as f64, (c.hits + c.misses) as f64)
}
