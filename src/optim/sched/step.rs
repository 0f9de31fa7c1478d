//! A smaller rate every few steps.
use super::{Schedule, ScheduleProgress};

/// `base γ^⌊t / step_size⌋`: the rate times `gamma` after every `step_size` steps. PyTorch's `StepLR`.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = StepLR::new(10, 0.1);
/// assert_eq!([0, 9, 10].map(|t| schedule.rate(t, 1.0)), [1.0, 1.0, 0.1]);
/// ```
#[derive(Clone, Debug)]
pub struct StepLR {
    step_size: usize,
    gamma: f64,
    progress: ScheduleProgress,
}

impl StepLR {
    /// Times `gamma` (PyTorch's default: 0.1) after every `step_size` steps.
    ///
    /// # Panics
    /// If `step_size` is 0.
    #[track_caller]
    pub fn new(step_size: usize, gamma: f64) -> StepLR {
        assert!(step_size > 0, "StepLR: step_size is 0");
        let progress = ScheduleProgress::new();
        StepLR {
            step_size,
            gamma,
            progress,
        }
    }
}

impl Schedule for StepLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        base * self.gamma.powf((t / self.step_size) as f64)
    }

    progress!();
}
