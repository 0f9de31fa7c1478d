//! What precision, recall and F1 count: hits, false alarms and misses of each class.
use super::classes::pairs;
use d2l_core::Tensor;

/// How the values of the classes become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Average {
    /// The mean over the classes that occur, as a label or as a prediction: each class counts as
    /// much.
    Macro,
    /// Of the counts of all classes together: each example counts as much.
    Micro,
}

/// Of one class: how often it was rightly predicted, wrongly predicted, and not found.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Count {
    pub(super) hits: u64,
    pub(super) alarms: u64,
    pub(super) misses: u64,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Counts {
    classes: Vec<Count>,
    pub(super) average: Average,
    /// Only class 1 of two, from this probability on.
    pub(super) binary: Option<f64>,
}

impl Counts {
    pub(super) fn new(classes: usize, binary: Option<f64>) -> Counts {
        Counts {
            classes: vec![Count::default(); classes],
            average: Average::Macro,
            binary,
        }
    }

    #[track_caller]
    pub(super) fn update(&mut self, name: &str, y_hat: &Tensor, y: &Tensor) {
        for (guess, right) in pairs(name, y_hat, y, self.classes.len(), self.binary) {
            if guess == right {
                self.classes[right].hits += 1;
            } else {
                self.classes[guess].alarms += 1;
                self.classes[right].misses += 1;
            }
        }
    }

    pub(super) fn reset(&mut self) {
        self.classes.fill(Count::default());
    }

    pub(super) fn per_class(&self, value: fn(Count) -> f64) -> Vec<f64> {
        self.classes.iter().map(|&c| value(c)).collect()
    }

    pub(super) fn compute(&self, value: fn(Count) -> f64) -> f64 {
        if self.binary.is_some() {
            return value(self.classes[1]);
        }
        let sum = |all: Count, c: &Count| Count {
            hits: all.hits + c.hits,
            alarms: all.alarms + c.alarms,
            misses: all.misses + c.misses,
        };
        match self.average {
            Average::Micro => value(self.classes.iter().fold(Count::default(), sum)),
            Average::Macro => {
                let occurs = |c: &&Count| **c != Count::default();
                let values: Vec<f64> = self
                    .classes
                    .iter()
                    .filter(occurs)
                    .map(|&c| value(c))
                    .collect();
                ratio(values.iter().sum(), values.len() as f64)
            }
        }
    }
}

/// A quotient; 0 of nothing.
pub(super) fn ratio(part: f64, whole: f64) -> f64 {
    if whole == 0.0 { 0.0 } else { part / whole }
}

/// A metric that is a `value` of the counts of a class.
macro_rules! of_counts {
    ($(#[$meta:meta])* $name:ident, $value:expr) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name($crate::metrics::counts::Counts);

        impl $name {
            /// Of this many classes, the mean over the classes.
            ///
            /// # Panics
            /// If there are fewer than two.
            #[track_caller]
            pub fn new(classes: usize) -> $name {
                assert!(
                    classes > 1,
                    concat!(stringify!($name), ": {} classes are fewer than two"),
                    classes
                );
                $name($crate::metrics::counts::Counts::new(classes, None))
            }

            /// Of class 1 alone, where there are 0 and 1: predictions may also be its probabilities,
            /// of the labels' shape.
            pub fn binary() -> $name {
                $name($crate::metrics::counts::Counts::new(2, Some(0.5)))
            }

            /// How the classes become one number (the mean over the classes).
            #[must_use]
            pub fn average(mut self, average: $crate::metrics::Average) -> $name {
                self.0.average = average;
                self
            }

            /// The probability above which class 1 is predicted (0.5).
            ///
            /// # Panics
            /// If it is not [`binary`](Self::binary).
            #[must_use]
            #[track_caller]
            pub fn threshold(mut self, threshold: impl Into<f64>) -> $name {
                assert!(
                    self.0.binary.is_some(),
                    concat!(stringify!($name), ": a threshold is for `binary()`")
                );
                self.0.binary = Some(threshold.into());
                self
            }

            /// The value of each class.
            pub fn per_class(&self) -> Vec<f64> {
                self.0.per_class($value)
            }
        }

        impl $crate::metrics::Metric for $name {
            type Value = f64;

            #[track_caller]
            fn update(&mut self, y_hat: &d2l_core::Tensor, y: &d2l_core::Tensor) {
                self.0.update(stringify!($name), y_hat, y);
            }

            fn compute(&self) -> f64 {
                self.0.compute($value)
            }

            fn reset(&mut self) {
                self.0.reset();
            }
        }
    };
}
pub(super) use of_counts;
