//! The book's cosine scheduler with warm-up.
use super::{Schedule, ScheduleProgress};
use std::f64::consts::PI;

/// A straight warm-up from `warmup_begin_lr` to the rate, then half a cosine down to `final_lr` at step
/// `max_update`, and that rate from then on. The book's `CosineScheduler` (12.11).
///
/// ```
/// use d2l::prelude::*;
/// let schedule = CosineScheduler::new(20).final_lr(0.01);
/// assert!((schedule.rate(10, 0.3) - 0.155).abs() < 1e-12);
/// let schedule = schedule.warmup_steps(5);
/// assert!((schedule.rate(4, 0.3) - 0.24).abs() < 1e-12);
/// assert_eq!(schedule.rate(50, 0.3), 0.01);
/// ```
#[derive(Clone, Debug)]
pub struct CosineScheduler {
    max_update: usize,
    final_lr: f64,
    warmup_steps: usize,
    warmup_begin_lr: f64,
    progress: ScheduleProgress,
}

impl CosineScheduler {
    /// Down to zero at step `max_update`, without warm-up.
    pub fn new(max_update: usize) -> CosineScheduler {
        CosineScheduler {
            max_update,
            final_lr: 0.0,
            warmup_steps: 0,
            warmup_begin_lr: 0.0,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the last rate.
    #[must_use]
    pub fn final_lr(mut self, lr: f64) -> CosineScheduler {
        self.final_lr = lr;
        self
    }

    /// Sets how many of the steps are warm-up.
    ///
    /// # Panics
    /// If they are more than all steps.
    #[must_use]
    #[track_caller]
    pub fn warmup_steps(mut self, steps: usize) -> CosineScheduler {
        let all = self.max_update;
        assert!(
            steps <= all,
            "CosineScheduler: {steps} steps of warm-up, but {all} in all"
        );
        self.warmup_steps = steps;
        self
    }

    /// Sets the first rate of the warm-up.
    #[must_use]
    pub fn warmup_begin_lr(mut self, lr: f64) -> CosineScheduler {
        self.warmup_begin_lr = lr;
        self
    }
}

impl Schedule for CosineScheduler {
    fn rate(&self, t: usize, base: f64) -> f64 {
        if t < self.warmup_steps {
            let done = t as f64 / self.warmup_steps as f64;
            return self.warmup_begin_lr + (base - self.warmup_begin_lr) * done;
        }
        if t >= self.max_update {
            return self.final_lr;
        }
        let done = (t - self.warmup_steps) as f64 / (self.max_update - self.warmup_steps) as f64;
        self.final_lr + (base - self.final_lr) * (1.0 + (PI * done).cos()) / 2.0
    }

    progress!();
}
