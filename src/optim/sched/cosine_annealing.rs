//! A rate along a cosine.
use super::{Schedule, ScheduleProgress};
use std::f64::consts::PI;

/// `η + (base - η) (1 + cos(π t / T)) / 2`: down to `eta_min` in `t_max` steps, and up again. PyTorch's
/// `CosineAnnealingLR`.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = CosineAnnealingLR::new(10).eta_min(0.1);
/// assert_eq!([0, 10, 20].map(|t| schedule.rate(t, 0.5)), [0.5, 0.1, 0.5]);
/// ```
#[derive(Clone, Debug)]
pub struct CosineAnnealingLR {
    t_max: usize,
    eta_min: f64,
    progress: ScheduleProgress,
}

impl CosineAnnealingLR {
    /// Down to zero in `t_max` steps.
    ///
    /// # Panics
    /// If `t_max` is 0.
    #[track_caller]
    pub fn new(t_max: usize) -> CosineAnnealingLR {
        assert!(t_max > 0, "CosineAnnealingLR: t_max is 0");
        CosineAnnealingLR {
            t_max,
            eta_min: 0.0,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the smallest rate.
    #[must_use]
    pub fn eta_min(mut self, lr: f64) -> CosineAnnealingLR {
        self.eta_min = lr;
        self
    }
}

impl Schedule for CosineAnnealingLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        let angle = PI * (t % (2 * self.t_max)) as f64 / self.t_max as f64;
        self.eta_min + (base - self.eta_min) * (1.0 + angle.cos()) / 2.0
    }

    progress!();
}
