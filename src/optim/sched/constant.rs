//! A smaller rate at the beginning.
use super::{Schedule, ScheduleProgress};

/// `base factor` for the first `total_iters` steps, then `base`. PyTorch's `ConstantLR`.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = ConstantLR::new().factor(0.5).total_iters(4);
/// assert_eq!([0, 3, 4].map(|t| schedule.rate(t, 0.1)), [0.05, 0.05, 0.1]);
/// ```
#[derive(Clone, Debug)]
pub struct ConstantLR {
    factor: f64,
    total_iters: usize,
    progress: ScheduleProgress,
}

impl ConstantLR {
    /// A third of the rate for 5 steps.
    #[expect(clippy::new_without_default, reason = "a scheduler is made with `new`")]
    pub fn new() -> ConstantLR {
        ConstantLR {
            factor: 1.0 / 3.0,
            total_iters: 5,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the factor.
    ///
    /// # Panics
    /// If it is not in `0..=1`.
    #[must_use]
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> ConstantLR {
        assert!(
            (0.0..=1.0).contains(&factor),
            "ConstantLR: factor {factor} is not in 0..=1"
        );
        self.factor = factor;
        self
    }

    /// Sets for how many steps.
    #[must_use]
    pub fn total_iters(mut self, steps: usize) -> ConstantLR {
        self.total_iters = steps;
        self
    }
}

impl Schedule for ConstantLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        if t < self.total_iters {
            base * self.factor
        } else {
            base
        }
    }

    progress!();
}
