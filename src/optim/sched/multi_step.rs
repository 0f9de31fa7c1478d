//! A smaller rate from given steps on.
use super::{Schedule, ScheduleProgress};

/// `base γᵏ`, where `k` milestones are behind. PyTorch's `MultiStepLR`, the book's multi-factor
/// scheduler (12.11).
///
/// ```
/// use d2l::prelude::*;
/// let schedule = MultiStepLR::new([15, 30], 0.5);
/// assert_eq!([0, 15, 30].map(|t| schedule.rate(t, 0.5)), [0.5, 0.25, 0.125]);
/// ```
#[derive(Clone, Debug)]
pub struct MultiStepLR {
    milestones: Vec<usize>,
    gamma: f64,
    progress: ScheduleProgress,
}

impl MultiStepLR {
    /// Times `gamma` (PyTorch's default: 0.1) at each milestone; one given twice counts twice.
    pub fn new(milestones: impl Into<Vec<usize>>, gamma: f64) -> MultiStepLR {
        MultiStepLR {
            milestones: milestones.into(),
            gamma,
            progress: ScheduleProgress::new(),
        }
    }
}

impl Schedule for MultiStepLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        let behind = self.milestones.iter().filter(|&&m| m <= t).count();
        base * self.gamma.powf(behind as f64)
    }

    progress!();
}
