//! An optimizer together with its scheduler.
use super::Scheduler;
use crate::module::{Optimizer, OptimizerStateError, StateDict};

/// What the scheduler's entries begin with in the state of a pair.
const PREFIX: &str = "scheduler.";

/// What `configure_optimizers` may return: the trainer steps the scheduler after each epoch.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([1]));
/// let mut pair = (SGD::new([w], 0.5), StepLR::new(1, 0.1));
/// pair.end_epoch(None);
/// assert_eq!(pair.lr(), 0.05);
/// ```
impl<O: Optimizer, S: Scheduler> Optimizer for (O, S) {
    #[track_caller]
    fn step(&mut self) {
        self.1.start(&mut self.0);
        self.0.step();
    }

    fn zero_grad(&mut self) {
        self.0.zero_grad();
    }

    fn num_groups(&self) -> usize {
        self.0.num_groups()
    }

    fn option(&self, group: usize, name: &str) -> Option<f64> {
        self.0.option(group, name)
    }

    #[track_caller]
    fn set_option(&mut self, group: usize, name: &str, value: f64) {
        self.0.set_option(group, name, value);
    }

    #[track_caller]
    fn end_epoch(&mut self, watched: Option<f64>) {
        match watched {
            Some(value) => self.1.step_with(&mut self.0, value),
            None => self.1.step(&mut self.0),
        }
    }

    fn state_dict(&self) -> StateDict {
        let mut state = self.0.state_dict();
        for (name, value) in self.1.state_dict().iter() {
            state.insert(format!("{PREFIX}{name}"), value.clone());
        }
        state
    }

    fn load_state_dict(&mut self, state: &StateDict) -> Result<(), OptimizerStateError> {
        let (mut own, mut scheduler) = (StateDict::new(), StateDict::new());
        for (name, value) in state.iter() {
            match name.strip_prefix(PREFIX) {
                Some(name) => scheduler.insert(name, value.clone()),
                None => own.insert(name, value.clone()),
            }
        }
        let before = self.1.state_dict();
        self.1.load_state_dict(&scheduler)?;
        self.0.load_state_dict(&own).inspect_err(|_| {
            let back = self.1.load_state_dict(&before);
            debug_assert!(back.is_ok());
        })
    }
}
