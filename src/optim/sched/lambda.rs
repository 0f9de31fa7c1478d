//! Any factor.
use super::{Schedule, ScheduleProgress};

/// `base f(t)` for a function of one's own. PyTorch's `LambdaLR`.
///
/// ```
/// use d2l::prelude::*;
/// // The book's square-root schedule (12.11).
/// let schedule = LambdaLR::new(|t| (t as f64 + 1.0).powf(-0.5));
/// assert_eq!(schedule.rate(3, 0.1), 0.05);
/// ```
pub struct LambdaLR {
    factor: Box<dyn Fn(usize) -> f64>,
    progress: ScheduleProgress,
}

impl LambdaLR {
    /// The rate times `factor(t)` after `t` steps.
    pub fn new(factor: impl Fn(usize) -> f64 + 'static) -> LambdaLR {
        LambdaLR {
            factor: Box::new(factor),
            progress: ScheduleProgress::new(),
        }
    }
}

impl Schedule for LambdaLR {
    fn rate(&self, t: usize, base: f64) -> f64 {
        base * (self.factor)(t)
    }

    progress!();
}
