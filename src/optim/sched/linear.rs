//! A rate on a straight line: warm-up.
use super::{Schedule, ScheduleProgress};

/// From `base start_factor` in a straight line to `base end_factor`, within `total_iters` steps.
/// PyTorch's `LinearLR`; the usual warm-up.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = LinearLR::new().start_factor(0.5).total_iters(4);
/// assert_eq!([0, 2, 4, 9].map(|t| schedule.rate(t, 1.0)), [0.5, 0.75, 1.0, 1.0]);
/// ```
#[derive(Clone, Debug)]
pub struct LinearLR {
    start_factor: f64,
    end_factor: f64,
    total_iters: usize,
    progress: ScheduleProgress,
}

impl LinearLR {
    /// From a third of the rate to the rate within 5 steps.
    #[expect(clippy::new_without_default, reason = "a scheduler is made with `new`")]
    pub fn new() -> LinearLR {
        LinearLR {
            start_factor: 1.0 / 3.0,
            end_factor: 1.0,
            total_iters: 5,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the first factor.
    ///
    /// # Panics
    /// If it is not above 0 and at most 1.
    #[must_use]
    #[track_caller]
    pub fn start_factor(mut self, factor: f64) -> LinearLR {
        assert!(
            factor > 0.0 && factor <= 1.0,
            "LinearLR: start_factor {factor} is not above 0 and at most 1"
        );
        self.start_factor = factor;
        self
    }

    /// Sets the last factor.
    ///
    /// # Panics
    /// If it is not in `0..=1`.
    #[must_use]
    #[track_caller]
    pub fn end_factor(mut self, factor: f64) -> LinearLR {
        assert!(
            (0.0..=1.0).contains(&factor),
            "LinearLR: end_factor {factor} is not in 0..=1"
        );
        self.end_factor = factor;
        self
    }

    /// Sets within how many steps.
    #[must_use]
    pub fn total_iters(mut self, steps: usize) -> LinearLR {
        self.total_iters = steps;
        self
    }
}

impl Schedule for LinearLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        if t >= self.total_iters {
            return base * self.end_factor;
        }
        let done = t as f64 / self.total_iters as f64;
        base * (self.start_factor + (self.end_factor - self.start_factor) * done)
    }

    progress!();
}
