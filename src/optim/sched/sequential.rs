//! One schedule after the other.
use super::{Schedule, ScheduleProgress};

/// One schedule after the other, each from its own beginning: the next one from each milestone on.
/// PyTorch's `SequentialLR`.
///
/// ```
/// use d2l::prelude::*;
/// // Warm-up, then half a cosine.
/// let warmup = LinearLR::new().start_factor(0.1).total_iters(10);
/// let schedule = SequentialLR::new(warmup).then(10, CosineAnnealingLR::new(50));
/// assert_eq!([0, 10, 60].map(|t| schedule.rate(t, 1.0)), [0.1, 1.0, 0.0]);
/// ```
pub struct SequentialLR {
    /// Where each begins.
    parts: Vec<(usize, Box<dyn Schedule>)>,
    progress: ScheduleProgress,
}

impl SequentialLR {
    /// Begins with this schedule.
    pub fn new(first: impl Schedule + 'static) -> SequentialLR {
        SequentialLR {
            parts: vec![(0, Box::new(first))],
            progress: ScheduleProgress::new(),
        }
    }

    /// Goes on with another one from step `milestone` on.
    ///
    /// # Panics
    /// If the milestone is not behind the one before.
    #[must_use]
    #[track_caller]
    pub fn then(mut self, milestone: usize, next: impl Schedule + 'static) -> SequentialLR {
        let before = self.parts.last().map_or(0, |p| p.0);
        assert!(
            milestone > before,
            "SequentialLR: milestone {milestone} is not behind {before}"
        );
        self.parts.push((milestone, Box::new(next)));
        self
    }

    fn part(&self, t: usize) -> (usize, &dyn Schedule) {
        let begun = self.parts.partition_point(|p| p.0 <= t);
        let (start, part) = &self.parts[begun - 1];
        (t - start, &**part)
    }
}

impl Schedule for SequentialLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        let (t, part) = self.part(t);
        part.rate(t, base)
    }

    fn momentum(&self, t: usize) -> Option<f64> {
        let (t, part) = self.part(t);
        part.momentum(t)
    }

    progress!();
}
