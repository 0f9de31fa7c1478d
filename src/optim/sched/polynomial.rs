//! A rate that falls to zero along a power.
use super::{Schedule, ScheduleProgress};

/// `base (1 - t / total_iters)^power`, and zero from then on. PyTorch's `PolynomialLR`.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = PolynomialLR::new(4).power(2.0);
/// assert_eq!([0, 2, 4, 9].map(|t| schedule.rate(t, 1.0)), [1.0, 0.25, 0.0, 0.0]);
/// ```
#[derive(Clone, Debug)]
pub struct PolynomialLR {
    total_iters: usize,
    power: f64,
    progress: ScheduleProgress,
}

impl PolynomialLR {
    /// To zero within `total_iters` steps (PyTorch's default: 5), in a straight line.
    pub fn new(total_iters: usize) -> PolynomialLR {
        PolynomialLR {
            total_iters,
            power: 1.0,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the power.
    #[must_use]
    pub fn power(mut self, power: f64) -> PolynomialLR {
        self.power = power;
        self
    }
}

impl Schedule for PolynomialLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        if t >= self.total_iters {
            return 0.0;
        }
        base * (1.0 - t as f64 / self.total_iters as f64).powf(self.power)
    }

    progress!();
}
