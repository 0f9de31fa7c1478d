//! The book's factor scheduler.
use super::{Schedule, ScheduleProgress};

/// `max(stop, base factorᵗ)`: the rate falls by a factor, but not below a last one. The book's
/// `FactorScheduler` (12.11); PyTorch has none.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = FactorScheduler::new(0.9).stop_factor_lr(1e-2);
/// assert!((schedule.rate(2, 2.0) - 1.62).abs() < 1e-12);
/// assert_eq!(schedule.rate(100, 2.0), 1e-2);
/// ```
#[derive(Clone, Debug)]
pub struct FactorScheduler {
    factor: f64,
    stop: f64,
    progress: ScheduleProgress,
}

impl FactorScheduler {
    /// Times `factor` in every step, down to 1e-7.
    pub fn new(factor: f64) -> FactorScheduler {
        FactorScheduler {
            factor,
            stop: 1e-7,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the smallest rate.
    #[must_use]
    pub fn stop_factor_lr(mut self, lr: f64) -> FactorScheduler {
        self.stop = lr;
        self
    }
}

impl Schedule for FactorScheduler {
    fn rate(&self, t: usize, base: f64) -> f64 {
        self.stop.max(base * self.factor.powf(t as f64))
    }

    progress!();
}
