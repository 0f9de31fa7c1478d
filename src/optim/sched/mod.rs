//! Learning rate schedulers: one file each.
//!
//! Most are a [`Schedule`]: a formula for the rate after `t` steps. [`ReduceLROnPlateau`] watches a
//! value instead. All are a [`Scheduler`]: `scheduler.step(&mut optimizer)` after each epoch, or after
//! each batch, whatever `t` is to count. A model's `configure_optimizers` may return
//! `(optimizer, scheduler)`; then the trainer steps it after each epoch.
/// The progress of a schedule in its field of this name.
macro_rules! progress {
    () => {
        fn progress(&self) -> &ScheduleProgress {
            &self.progress
        }

        fn progress_mut(&mut self) -> &mut ScheduleProgress {
            &mut self.progress
        }
    };
}

mod chained;
mod constant;
mod cosine;
mod cosine_annealing;
mod cosine_restarts;
mod cyclic;
mod exponential;
mod factor;
mod lambda;
mod linear;
mod multi_step;
mod multiplicative;
mod one_cycle;
mod pair;
mod plateau;
mod polynomial;
mod progress;
mod sequential;
mod step;

pub use chained::ChainedScheduler;
pub use constant::ConstantLR;
pub use cosine::CosineScheduler;
pub use cosine_annealing::CosineAnnealingLR;
pub use cosine_restarts::CosineAnnealingWarmRestarts;
pub use cyclic::{CycleMode, CyclicLR};
pub use exponential::ExponentialLR;
pub use factor::FactorScheduler;
pub use lambda::LambdaLR;
pub use linear::LinearLR;
pub use multi_step::MultiStepLR;
pub use multiplicative::MultiplicativeLR;
pub use one_cycle::{Anneal, OneCycleLR};
pub use plateau::{Extreme, PlateauThreshold, ReduceLROnPlateau};
pub use polynomial::PolynomialLR;
pub use progress::ScheduleProgress;
pub use sequential::SequentialLR;
pub use step::StepLR;

use crate::module::{Optimizer, OptimizerStateError, StateDict};

/// A learning rate that is a formula of the number of steps.
///
/// ```
/// use d2l::prelude::*;
/// /// The book's square-root schedule (12.11).
/// struct SquareRoot(ScheduleProgress);
/// impl Schedule for SquareRoot {
///     fn rate(&self, t: usize, base: f64) -> f64 {
///         base * (t as f64 + 1.0).powf(-0.5)
///     }
///     fn progress(&self) -> &ScheduleProgress {
///         &self.0
///     }
///     fn progress_mut(&mut self) -> &mut ScheduleProgress {
///         &mut self.0
///     }
/// }
/// let mut sgd = SGD::new([Param::new(Tensor::zeros([1]))], 0.1);
/// let mut schedule = SquareRoot(ScheduleProgress::new());
/// (0..3).for_each(|_| schedule.step(&mut sgd));
/// assert_eq!(sgd.lr(), 0.05);
/// ```
pub trait Schedule {
    /// The rate after `t` steps of a group whose own rate is `base`.
    fn rate(&self, t: usize, base: f64) -> f64;

    /// The momentum after `t` steps, for schedules that move it too.
    fn momentum(&self, _t: usize) -> Option<f64> {
        None
    }

    /// How many steps were made, and the groups' own rates.
    fn progress(&self) -> &ScheduleProgress;

    /// The same, to be changed.
    fn progress_mut(&mut self) -> &mut ScheduleProgress;
}

/// What changes the options of an optimizer as a training goes on; PyTorch's `lr_scheduler`.
///
/// The groups' own rates are those that the optimizer has at the first call. PyTorch's schedulers set
/// the first rate when they are made; ours do in [`start`](Scheduler::start), which is only needed for
/// schedules that begin elsewhere than at the groups' own rates (warm-up), and which the trainer calls.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([1]));
/// let mut sgd = SGD::new([ParamGroup::new([&w])], 0.5);
/// let mut scheduler = StepLR::new(2, 0.1);
/// let rates: Vec<_> = (0..4)
///     .map(|_| {
///         let rate = sgd.lr(); // an epoch with this rate
///         scheduler.step(&mut sgd);
///         rate
///     })
///     .collect();
/// assert_eq!(rates, [0.5, 0.5, 0.05, 0.05]);
/// ```
pub trait Scheduler {
    /// Sets what the first step is made with; does nothing when it is called again.
    fn start(&mut self, optimizer: &mut dyn Optimizer);

    /// Sets what the next step is made with.
    ///
    /// # Panics
    /// If the optimizer does not tell its learning rates.
    fn step(&mut self, optimizer: &mut dyn Optimizer);

    /// The same for a scheduler that watches a value, such as a loss; others do not look at it.
    fn step_with(&mut self, optimizer: &mut dyn Optimizer, _watched: f64) {
        self.step(optimizer);
    }

    /// What a later run needs to go on.
    fn state_dict(&self) -> StateDict;

    /// Takes over what [`state_dict`](Scheduler::state_dict) gave.
    ///
    /// # Errors
    /// If it is of another scheduler.
    fn load_state_dict(&mut self, state: &StateDict) -> Result<(), OptimizerStateError>;
}

impl<S: Schedule> Scheduler for S {
    #[track_caller]
    fn start(&mut self, optimizer: &mut dyn Optimizer) {
        if self.progress_mut().start(optimizer) {
            apply(self, optimizer);
        }
    }

    #[track_caller]
    fn step(&mut self, optimizer: &mut dyn Optimizer) {
        self.progress_mut().start(optimizer);
        self.progress_mut().steps += 1;
        apply(self, optimizer);
    }

    fn state_dict(&self) -> StateDict {
        self.progress().state_dict()
    }

    fn load_state_dict(&mut self, state: &StateDict) -> Result<(), OptimizerStateError> {
        *self.progress_mut() = ScheduleProgress::read(state)?;
        Ok(())
    }
}

/// Sets rates and momentum of all groups.
#[track_caller]
fn apply(schedule: &mut impl Schedule, optimizer: &mut dyn Optimizer) {
    let ScheduleProgress { steps, base } = schedule.progress().clone();
    let momentum = schedule.momentum(steps);
    for (group, base) in base.into_iter().enumerate() {
        optimizer.set_option(group, "lr", schedule.rate(steps, base));
        if let Some(momentum) = momentum {
            let known = |name: &&str| optimizer.option(group, name).is_some();
            let name = ["momentum", "beta1"].into_iter().find(known);
            let name = name.expect("cycle_momentum: the optimizer has no momentum");
            optimizer.set_option(group, name, momentum);
        }
    }
}

/// A schedule in a box is one.
impl<S: Schedule + ?Sized> Schedule for Box<S> {
    fn rate(&self, t: usize, base: f64) -> f64 {
        (**self).rate(t, base)
    }

    fn momentum(&self, t: usize) -> Option<f64> {
        (**self).momentum(t)
    }

    fn progress(&self) -> &ScheduleProgress {
        (**self).progress()
    }

    fn progress_mut(&mut self) -> &mut ScheduleProgress {
        (**self).progress_mut()
    }
}
