//! Several schedules at once.
use super::{Schedule, ScheduleProgress};

/// Several schedules at once: each one's rate is the next one's `base`, so that factors multiply.
/// PyTorch's `ChainedScheduler`.
///
/// ```
/// use d2l::prelude::*;
/// let warmup = ConstantLR::new().factor(0.1).total_iters(2);
/// let schedule = ChainedScheduler::new(warmup).and(ExponentialLR::new(0.5));
/// let rates = [0, 1, 2].map(|t| (1000.0 * schedule.rate(t, 1.0)).round());
/// assert_eq!(rates, [100.0, 50.0, 250.0]);
/// ```
pub struct ChainedScheduler {
    parts: Vec<Box<dyn Schedule>>,
    progress: ScheduleProgress,
}

impl ChainedScheduler {
    /// Begins with this schedule.
    pub fn new(first: impl Schedule + 'static) -> ChainedScheduler {
        ChainedScheduler {
            parts: vec![Box::new(first)],
            progress: ScheduleProgress::new(),
        }
    }

    /// Adds another one.
    #[must_use]
    pub fn and(mut self, next: impl Schedule + 'static) -> ChainedScheduler {
        self.parts.push(Box::new(next));
        self
    }
}

impl Schedule for ChainedScheduler {
    fn rate(&self, t: usize, base: f64) -> f64 {
        self.parts
            .iter()
            .fold(base, |rate, part| part.rate(t, rate))
    }

    fn momentum(&self, t: usize) -> Option<f64> {
        self.parts.iter().rev().find_map(|part| part.momentum(t))
    }

    progress!();
}
