//! A smaller rate when nothing gets better.
use super::{
    super::state::{number, read_number},
    ScheduleProgress, Scheduler,
    progress::read_steps,
};
use crate::module::{Optimizer, OptimizerStateError, StateDict};

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extreme {
    /// Smaller ones, such as losses.
    Min,
    /// Larger ones, such as accuracies.
    Max,
}

/// By how much a value must be better to count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PlateauThreshold {
    /// By this part of the best value: PyTorch's `rel`.
    Relative(f64),
    /// By this much: `abs`.
    Absolute(f64),
}

/// The rate times `factor` when the watched value has not become better for more than `patience`
/// steps. PyTorch's `ReduceLROnPlateau`.
///
/// ```
/// use d2l::prelude::*;
/// let mut sgd = SGD::new([Param::new(Tensor::zeros([1]))], 0.5);
/// let mut scheduler = ReduceLROnPlateau::new().patience(1);
/// for loss in [1.0, 1.0, 1.0] {
///     scheduler.step_with(&mut sgd, loss);
/// }
/// assert_eq!(sgd.lr(), 0.05);
/// ```
#[derive(Clone, Debug)]
pub struct ReduceLROnPlateau {
    mode: Extreme,
    factor: f64,
    patience: usize,
    threshold: PlateauThreshold,
    cooldown: usize,
    min_lr: f64,
    eps: f64,
    best: f64,
    bad: usize,
    cooling: usize,
    progress: ScheduleProgress,
}

impl ReduceLROnPlateau {
    /// Times 0.1 after more than 10 steps in which the smallest value has not fallen by a relative
    /// 1e-4.
    #[expect(clippy::new_without_default, reason = "a scheduler is made with `new`")]
    pub fn new() -> ReduceLROnPlateau {
        ReduceLROnPlateau {
            mode: Extreme::Min,
            factor: 0.1,
            patience: 10,
            threshold: PlateauThreshold::Relative(1e-4),
            cooldown: 0,
            min_lr: 0.0,
            eps: 1e-8,
            best: f64::INFINITY,
            bad: 0,
            cooling: 0,
            progress: ScheduleProgress::new(),
        }
    }

    /// Sets which values are better.
    #[must_use]
    pub fn mode(mut self, mode: Extreme) -> ReduceLROnPlateau {
        self.mode = mode;
        self.best = match mode {
            Extreme::Min => f64::INFINITY,
            Extreme::Max => f64::NEG_INFINITY,
        };
        self
    }

    /// Sets the factor.
    ///
    /// # Panics
    /// If it is not in `0..1`.
    #[must_use]
    #[track_caller]
    pub fn factor(mut self, factor: f64) -> ReduceLROnPlateau {
        assert!(
            (0.0..1.0).contains(&factor),
            "ReduceLROnPlateau: factor {factor} is not in 0..1"
        );
        self.factor = factor;
        self
    }

    /// Sets how many steps without a better value are borne.
    #[must_use]
    pub fn patience(mut self, steps: usize) -> ReduceLROnPlateau {
        self.patience = steps;
        self
    }

    /// Sets by how much a value must be better.
    #[must_use]
    pub fn threshold(mut self, threshold: PlateauThreshold) -> ReduceLROnPlateau {
        self.threshold = threshold;
        self
    }

    /// Sets for how many steps after a change nothing is counted.
    #[must_use]
    pub fn cooldown(mut self, steps: usize) -> ReduceLROnPlateau {
        self.cooldown = steps;
        self
    }

    /// Sets the smallest rate.
    #[must_use]
    pub fn min_lr(mut self, lr: f64) -> ReduceLROnPlateau {
        self.min_lr = lr;
        self
    }

    /// Sets the smallest change that is worth making.
    #[must_use]
    pub fn eps(mut self, eps: f64) -> ReduceLROnPlateau {
        self.eps = eps;
        self
    }

    fn is_better(&self, value: f64) -> bool {
        let best = self.best;
        match (self.mode, self.threshold) {
            (Extreme::Min, PlateauThreshold::Relative(r)) => value < best * (1.0 - r),
            (Extreme::Min, PlateauThreshold::Absolute(a)) => value < best - a,
            (Extreme::Max, PlateauThreshold::Relative(r)) => value > best * (1.0 + r),
            (Extreme::Max, PlateauThreshold::Absolute(a)) => value > best + a,
        }
    }

    fn reduce(&self, optimizer: &mut dyn Optimizer) {
        for group in 0..optimizer.num_groups() {
            let old = optimizer.option(group, "lr").unwrap_or_default();
            let new = (old * self.factor).max(self.min_lr);
            if old - new > self.eps {
                optimizer.set_option(group, "lr", new);
            }
        }
    }

    fn read(&self, state: &StateDict) -> Result<ReduceLROnPlateau, String> {
        let best = state.get("best").ok_or("`best` is missing")?;
        Ok(ReduceLROnPlateau {
            best: read_number("best", best)?,
            bad: read_steps("num_bad_epochs", state)?,
            cooling: read_steps("cooldown_counter", state)?,
            progress: ScheduleProgress::entries(state)?,
            ..self.clone()
        })
    }
}

impl Scheduler for ReduceLROnPlateau {
    #[track_caller]
    fn start(&mut self, optimizer: &mut dyn Optimizer) {
        self.progress.start(optimizer);
    }

    /// # Panics
    /// Always: there is no value to watch.
    #[track_caller]
    fn step(&mut self, _optimizer: &mut dyn Optimizer) {
        panic!("ReduceLROnPlateau: it watches a value: call `step_with(&mut optimizer, value)`");
    }

    #[track_caller]
    fn step_with(&mut self, optimizer: &mut dyn Optimizer, watched: f64) {
        self.progress.start(optimizer);
        self.progress.steps += 1;
        if self.is_better(watched) {
            (self.best, self.bad) = (watched, 0);
        } else {
            self.bad += 1;
        }
        if self.cooling > 0 {
            (self.cooling, self.bad) = (self.cooling - 1, 0);
        }
        if self.bad > self.patience {
            self.reduce(optimizer);
            (self.cooling, self.bad) = (self.cooldown, 0);
        }
    }

    fn state_dict(&self) -> StateDict {
        let mut state = self.progress.state_dict();
        state.insert("best", number(self.best));
        state.insert("num_bad_epochs", number(self.bad as f64));
        state.insert("cooldown_counter", number(self.cooling as f64));
        state
    }

    fn load_state_dict(&mut self, state: &StateDict) -> Result<(), OptimizerStateError> {
        let read = self.read(state);
        let faults = read.as_ref().err().cloned().into_iter().collect();
        OptimizerStateError::unless_empty("ReduceLROnPlateau", faults)?;
        *self = read.unwrap_or_else(|_| self.clone());
        Ok(())
    }
}
