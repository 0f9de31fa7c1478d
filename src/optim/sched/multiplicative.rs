//! Any factor from step to step.
use super::{Schedule, ScheduleProgress};

/// `base f(1) f(2) ⋯ f(t)`: in step `t` the rate is multiplied by `f(t)`. PyTorch's `MultiplicativeLR`.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = MultiplicativeLR::new(|_| 0.5);
/// assert_eq!(schedule.rate(2, 1.0), 0.25);
/// ```
pub struct MultiplicativeLR {
    factor: Box<dyn Fn(usize) -> f64>,
    progress: ScheduleProgress,
}

impl MultiplicativeLR {
    /// Times `factor(t)` in step `t`, from 1.
    pub fn new(factor: impl Fn(usize) -> f64 + 'static) -> MultiplicativeLR {
        MultiplicativeLR {
            factor: Box::new(factor),
            progress: ScheduleProgress::new(),
        }
    }
}

impl Schedule for MultiplicativeLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        (1..=t).fold(base, |rate, t| rate * (self.factor)(t))
    }

    progress!();
}
