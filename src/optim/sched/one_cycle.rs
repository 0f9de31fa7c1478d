//! One cycle of the rate for the whole training.
use super::{Schedule, ScheduleProgress};
use std::f64::consts::PI;

/// How a [`OneCycleLR`] goes from one rate to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anneal {
    /// Half a cosine.
    Cos,
    /// A straight line.
    Linear,
}

/// Up from `max_lr / div_factor` to `max_lr`, then down to a rate `final_div_factor` below the first,
/// the momentum the other way round. PyTorch's `OneCycleLR` (Smith and Topin 2019). The groups' own
/// rates do not count; it is stepped after every batch.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = OneCycleLR::new(0.5, 10);
/// for (step, rate) in [(0, 0.02), (2, 0.5), (9, 2e-6)] {
///     assert!((schedule.rate(step, 1.0) - rate).abs() < 1e-12);
/// }
/// ```
#[derive(Clone, Debug)]
pub struct OneCycleLR {
    max_lr: f64,
    total_steps: usize,
    pct_start: f64,
    anneal: Anneal,
    momentum: Option<(f64, f64)>,
    div_factor: f64,
    final_div_factor: f64,
    three_phase: bool,
    progress: ScheduleProgress,
}

impl OneCycleLR {
    /// Up to `max_lr` and down within `total_steps` steps: with PyTorch's `epochs` and
    /// `steps_per_epoch` that is their product.
    ///
    /// # Panics
    /// If there are no steps.
    #[track_caller]
    pub fn new(max_lr: f64, total_steps: usize) -> OneCycleLR {
        assert!(total_steps > 0, "OneCycleLR: total_steps is 0");
        OneCycleLR {
            max_lr,
            total_steps,
            pct_start: 0.3,
            anneal: Anneal::Cos,
            momentum: Some((0.85, 0.95)),
            div_factor: 25.0,
            final_div_factor: 1e4,
            three_phase: false,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets which part of the steps goes up.
    ///
    /// # Panics
    /// If it is not in `0..=1`.
    #[must_use]
    #[track_caller]
    pub fn pct_start(mut self, part: f64) -> OneCycleLR {
        assert!(
            (0.0..=1.0).contains(&part),
            "OneCycleLR: pct_start {part} is not in 0..=1"
        );
        self.pct_start = part;
        self
    }

    /// Sets the way between the rates.
    #[must_use]
    pub fn anneal_strategy(mut self, anneal: Anneal) -> OneCycleLR {
        self.anneal = anneal;
        self
    }

    /// Leaves the momentum alone if `false`.
    #[must_use]
    pub fn cycle_momentum(mut self, cycle: bool) -> OneCycleLR {
        self.momentum = cycle.then(|| self.momentum.unwrap_or((0.85, 0.95)));
        self
    }

    /// Sets the smallest and the largest momentum.
    #[must_use]
    pub fn momentum_range(mut self, base_momentum: f64, max_momentum: f64) -> OneCycleLR {
        self.momentum = Some((base_momentum, max_momentum));
        self
    }

    /// Sets by which factor the first rate is below the largest.
    #[must_use]
    pub fn div_factor(mut self, factor: f64) -> OneCycleLR {
        self.div_factor = factor;
        self
    }

    /// Sets by which factor the last rate is below the first.
    #[must_use]
    pub fn final_div_factor(mut self, factor: f64) -> OneCycleLR {
        self.final_div_factor = factor;
        self
    }

    /// Goes down as it went up first, and then to the last rate.
    #[must_use]
    pub fn three_phase(mut self, three: bool) -> OneCycleLR {
        self.three_phase = three;
        self
    }

    /// The value after `t` steps of what is `first`, `peak` and `last` at the ends of the phases.
    fn between(&self, t: usize, first: f64, peak: f64, last: f64) -> f64 {
        let (end, up) = (
            self.total_steps as f64,
            self.pct_start * self.total_steps as f64 - 1.0,
        );
        let phases = if self.three_phase {
            let down = 2.0 * self.pct_start * self.total_steps as f64 - 2.0;
            vec![
                (up, first, peak),
                (down, peak, first),
                (end - 1.0, first, last),
            ]
        } else {
            vec![(up, first, peak), (end - 1.0, peak, last)]
        };
        let (t, mut begin) = ((t as f64).min(end - 1.0), 0.0);
        for (k, &(end, from, to)) in phases.iter().enumerate() {
            if t <= end || k + 1 == phases.len() {
                return self.anneal.at(from, to, (t - begin) / (end - begin));
            }
            begin = end;
        }
        last
    }
}

impl Anneal {
    fn at(self, from: f64, to: f64, done: f64) -> f64 {
        match self {
            Anneal::Cos => to + (from - to) / 2.0 * (1.0 + (PI * done).cos()),
            Anneal::Linear => (to - from) * done + from,
        }
    }
}

impl Schedule for OneCycleLR {
    /// The last rate from `total_steps` on, where PyTorch refuses.
    fn rate(&self, t: usize, _base: f64) -> f64 {
        let first = self.max_lr / self.div_factor;
        self.between(t, first, self.max_lr, first / self.final_div_factor)
    }

    fn momentum(&self, t: usize) -> Option<f64> {
        let (low, high) = self.momentum?;
        Some(self.between(t, high, low, high))
    }

    progress!();
}
