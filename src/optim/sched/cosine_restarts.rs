//! A rate along falling halves of cosines.
use super::{Schedule, ScheduleProgress};
use std::f64::consts::PI;

/// Half a cosine from the rate down to `eta_min` in `t_0` steps, then the same again from the start,
/// each time `t_mult` times as long. PyTorch's `CosineAnnealingWarmRestarts`.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = CosineAnnealingWarmRestarts::new(2).t_mult(2);
/// let rates = [0, 1, 2, 4, 6].map(|t| (100.0 * schedule.rate(t, 1.0)).round());
/// assert_eq!(rates, [100.0, 50.0, 100.0, 50.0, 100.0]);
/// ```
#[derive(Clone, Debug)]
pub struct CosineAnnealingWarmRestarts {
    t_0: usize,
    t_mult: usize,
    eta_min: f64,
    progress: ScheduleProgress,
}

impl CosineAnnealingWarmRestarts {
    /// A restart after every `t_0` steps, down to zero in between.
    ///
    /// # Panics
    /// If `t_0` is 0.
    #[track_caller]
    pub fn new(t_0: usize) -> CosineAnnealingWarmRestarts {
        assert!(t_0 > 0, "CosineAnnealingWarmRestarts: t_0 is 0");
        CosineAnnealingWarmRestarts {
            t_0,
            t_mult: 1,
            eta_min: 0.0,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets by which factor each period is longer than the one before.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn t_mult(mut self, factor: usize) -> CosineAnnealingWarmRestarts {
        assert!(factor > 0, "CosineAnnealingWarmRestarts: t_mult is 0");
        self.t_mult = factor;
        self
    }

    /// Sets the smallest rate.
    #[must_use]
    pub fn eta_min(mut self, lr: f64) -> CosineAnnealingWarmRestarts {
        self.eta_min = lr;
        self
    }

    /// The steps since the last restart, and how many there are to the next.
    fn period(&self, t: usize) -> (usize, usize) {
        if self.t_mult == 1 {
            return (t % self.t_0, self.t_0);
        }
        let (mut since, mut length) = (t, self.t_0);
        while since >= length {
            since -= length;
            length = length.saturating_mul(self.t_mult);
        }
        (since, length)
    }
}

impl Schedule for CosineAnnealingWarmRestarts {
    fn rate(&self, t: usize, base: f64) -> f64 {
        let (since, length) = self.period(t);
        let angle = PI * since as f64 / length as f64;
        self.eta_min + (base - self.eta_min) * (1.0 + angle.cos()) / 2.0
    }

    progress!();
}
