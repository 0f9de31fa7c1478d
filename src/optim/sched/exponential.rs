//! A rate that falls by a factor in every step.
use super::{Schedule, ScheduleProgress};

/// `base γᵗ`. PyTorch's `ExponentialLR`.
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(ExponentialLR::new(0.5).rate(3, 0.8), 0.1);
/// ```
#[derive(Clone, Debug)]
pub struct ExponentialLR {
    gamma: f64,
    progress: ScheduleProgress,
}

impl ExponentialLR {
    /// Times `gamma` in every step.
    pub fn new(gamma: f64) -> ExponentialLR {
        let progress = ScheduleProgress::new();
        ExponentialLR { gamma, progress }
    }
}

impl Schedule for ExponentialLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        base * self.gamma.powf(t as f64)
    }

    progress!();
}
