//! A rate that goes up and down.
use super::{Schedule, ScheduleProgress};

/// How the height of the cycles of a [`CyclicLR`] changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CycleMode {
    /// All alike: PyTorch's `triangular`.
    Triangular,
    /// Each half as high as the one before: `triangular2`.
    Triangular2,
    /// Times `γᵗ`: `exp_range`.
    ExpRange(f64),
}

/// In straight lines from `base_lr` up to `max_lr` and down again, the momentum the other way round.
/// PyTorch's `CyclicLR` (Smith 2017). The groups' own rates do not count.
///
/// ```
/// use d2l::prelude::*;
/// let schedule = CyclicLR::new(0.1, 0.5).step_size_up(4).mode(CycleMode::Triangular2);
/// let rates = [0, 4, 8, 12].map(|t| (100.0 * schedule.rate(t, 1.0)).round());
/// assert_eq!(rates, [10.0, 50.0, 10.0, 30.0]);
/// ```
#[derive(Clone, Debug)]
pub struct CyclicLR {
    base_lr: f64,
    max_lr: f64,
    up: usize,
    down: Option<usize>,
    mode: CycleMode,
    momentum: Option<(f64, f64)>,
    progress: ScheduleProgress,
}

impl CyclicLR {
    /// Between these rates, 2000 steps up and 2000 down, with a momentum between 0.9 and 0.8.
    pub fn new(base_lr: f64, max_lr: f64) -> CyclicLR {
        CyclicLR {
            base_lr,
            max_lr,
            up: 2000,
            down: None,
            mode: CycleMode::Triangular,
            momentum: Some((0.8, 0.9)),
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets the number of steps up; as many go down, unless `step_size_down` says otherwise.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn step_size_up(mut self, steps: usize) -> CyclicLR {
        assert!(steps > 0, "CyclicLR: step_size_up is 0");
        self.up = steps;
        self
    }

    /// Sets the number of steps down.
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn step_size_down(mut self, steps: usize) -> CyclicLR {
        assert!(steps > 0, "CyclicLR: step_size_down is 0");
        self.down = Some(steps);
        self
    }

    /// Sets how the height changes.
    #[must_use]
    pub fn mode(mut self, mode: CycleMode) -> CyclicLR {
        self.mode = mode;
        self
    }

    /// Leaves the momentum alone if `false`.
    #[must_use]
    pub fn cycle_momentum(mut self, cycle: bool) -> CyclicLR {
        self.momentum = cycle.then(|| self.momentum.unwrap_or((0.8, 0.9)));
        self
    }

    /// Sets the smallest and the largest momentum.
    #[must_use]
    pub fn momentum_range(mut self, base_momentum: f64, max_momentum: f64) -> CyclicLR {
        self.momentum = Some((base_momentum, max_momentum));
        self
    }

    /// How far up the rate is, from 0 to 1.
    fn height(&self, t: usize) -> f64 {
        let total = (self.up + self.down.unwrap_or(self.up)) as f64;
        let rising = self.up as f64 / total;
        let cycle = (1.0 + t as f64 / total).floor();
        let x = 1.0 + t as f64 / total - cycle;
        let line = if x <= rising {
            x / rising
        } else {
            (x - 1.0) / (rising - 1.0)
        };
        line * match self.mode {
            CycleMode::Triangular => 1.0,
            CycleMode::Triangular2 => 0.5f64.powf(cycle - 1.0),
            CycleMode::ExpRange(gamma) => gamma.powf(t as f64),
        }
    }
}

impl Schedule for CyclicLR {
    fn rate(&self, t: usize, _base: f64) -> f64 {
        self.base_lr + (self.max_lr - self.base_lr) * self.height(t)
    }

    fn momentum(&self, t: usize) -> Option<f64> {
        let (low, high) = self.momentum?;
        Some(high - (high - low) * self.height(t))
    }

    progress!();
}
