//! What changes the parameters.
use super::StateDict;

/// An optimizer, as far as a training loop and a scheduler need it; PyTorch's `optim.Optimizer`.
///
/// `step` and `zero_grad` are enough for the trainer. The other methods are about groups of parameters
/// with options of their own, and about going on later; what `optimizer!` writes has them all.
///
/// ```
/// use d2l::prelude::*;
/// struct Descent(Vec<Param>);
/// impl Optimizer for Descent {
///     fn step(&mut self) {
///         for p in self.0.iter().filter(|p| p.grad().is_some()) {
///             no_grad(|| p.add_scaled_(&p.grad().unwrap(), -0.5));
///         }
///     }
///     fn zero_grad(&mut self) {
///         self.0.iter().for_each(Param::zero_grad);
///     }
/// }
/// let w = Param::new(Tensor::from([1.0]));
/// (&*w * 3.0).sum().backward();
/// let mut descent = Descent(vec![w.clone()]);
/// descent.step();
/// assert_eq!((w.item(), descent.num_groups()), (-0.5, 0));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an optimizer",
    label = "not an optimizer",
    note = "`configure_optimizers` returns an optimizer such as `SGD`, or `Box<dyn Optimizer>`"
)]
pub trait Optimizer {
    /// Changes the parameters by their gradients.
    fn step(&mut self);

    /// Forgets the gradients.
    fn zero_grad(&mut self);

    /// How many groups of parameters there are; 0 if the optimizer does not tell.
    fn num_groups(&self) -> usize {
        0
    }

    /// The option `name` of a group, for instance `lr`; a flag is 0 or 1.
    fn option(&self, _group: usize, _name: &str) -> Option<f64> {
        None
    }

    /// Sets the option `name` of a group.
    ///
    /// # Panics
    /// If there is no such group or option, or the value has no meaning.
    #[track_caller]
    fn set_option(&mut self, group: usize, name: &str, _value: f64) {
        panic!("set_option: this optimizer has no group {group} with an option `{name}`")
    }

    /// The learning rate of the first group.
    ///
    /// # Panics
    /// If the optimizer does not tell.
    #[track_caller]
    fn lr(&self) -> f64 {
        let lr = self.option(0, "lr");
        lr.expect("lr: this optimizer does not tell its learning rate")
    }

    /// Sets the learning rate of all groups.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[track_caller]
    fn set_lr(&mut self, lr: f64) {
        for group in 0..self.num_groups() {
            self.set_option(group, "lr", lr);
        }
    }

    /// Called by the trainer after each epoch with the value to watch: the validation loss, or the
    /// training loss where nothing is validated. A pair of optimizer and scheduler steps the
    /// scheduler.
    fn end_epoch(&mut self, _watched: Option<f64>) {}

    /// All that a later run needs to go on: the options of each group and the state of each
    /// parameter, by name. Empty if the optimizer has none.
    fn state_dict(&self) -> StateDict {
        StateDict::new()
    }

    /// Takes over what [`state_dict`](Optimizer::state_dict) gave: all of it or nothing.
    ///
    /// # Errors
    /// If it is of other parameters or of another optimizer.
    fn load_state_dict(&mut self, state: &StateDict) -> Result<(), OptimizerStateError> {
        let reasons: Vec<_> = state.keys().map(|k| format!("unexpected `{k}`")).collect();
        OptimizerStateError::unless_empty("the optimizer", reasons)
    }
}

/// Why a state does not fit an optimizer or a scheduler: everything at once. Nothing has been loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: the state does not fit, nothing was loaded: {}", reasons.join("; "))]
pub struct OptimizerStateError {
    /// The optimizer or scheduler.
    pub name: String,
    /// What does not fit.
    pub reasons: Vec<String>,
}

impl OptimizerStateError {
    pub(crate) fn unless_empty(
        name: &str,
        reasons: Vec<String>,
    ) -> Result<(), OptimizerStateError> {
        if reasons.is_empty() {
            return Ok(());
        }
        let name = name.to_string();
        Err(OptimizerStateError { name, reasons })
    }
}

impl<O: Optimizer + ?Sized> Optimizer for Box<O> {
    #[track_caller]
    fn step(&mut self) {
        (**self).step();
    }

    fn zero_grad(&mut self) {
        (**self).zero_grad();
    }

    fn num_groups(&self) -> usize {
        (**self).num_groups()
    }

    fn option(&self, group: usize, name: &str) -> Option<f64> {
        (**self).option(group, name)
    }

    #[track_caller]
    fn set_option(&mut self, group: usize, name: &str, value: f64) {
        (**self).set_option(group, name, value);
    }

    fn end_epoch(&mut self, watched: Option<f64>) {
        (**self).end_epoch(watched);
    }

    fn state_dict(&self) -> StateDict {
        (**self).state_dict()
    }

    fn load_state_dict(&mut self, state: &StateDict) -> Result<(), OptimizerStateError> {
        (**self).load_state_dict(state)
    }
}
