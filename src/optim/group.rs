//! What an optimizer is given: parameters, in groups with options of their own.
use crate::module::Param;

/// Parameters with options of their own; what is not set is the optimizer's. PyTorch's
/// `{'params': .., 'lr': ..}`.
///
/// ```
/// use d2l::prelude::*;
/// let net = Linear::new(200, 1);
/// // Weight decay for the weight, none for the bias (book 3.7).
/// let groups = [ParamGroup::new([&net.weight]).weight_decay(3.0), ParamGroup::new([&*net.bias])];
/// let adam = Adam::new(groups, 0.01).beta1(0.8);
/// assert_eq!(adam.param_groups()[0].get("weight_decay"), Some(3.0));
/// assert_eq!(adam.param_groups()[1].get("beta1"), Some(0.8));
///
/// // Groups by the parameters' paths, and any option by its name.
/// let biases = net.parameters_matching("**.bias");
/// let group = ParamGroup::new(&biases).lr(0.1).set("amsgrad", true);
/// assert_eq!(Adam::new([group], 0.01).lr(), 0.1);
/// ```
#[derive(Clone, Debug)]
pub struct ParamGroup {
    pub(super) params: Vec<Param>,
    pub(super) options: Vec<(String, f64)>,
}

impl ParamGroup {
    /// A group of these parameters.
    pub fn new<'a>(params: impl IntoIterator<Item = &'a Param>) -> ParamGroup {
        ParamGroup {
            params: params.into_iter().cloned().collect(),
            options: Vec::new(),
        }
    }

    /// Sets the option of this name, a number or a flag. Whether the optimizer has it, it says when
    /// it is made.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<f64>) -> ParamGroup {
        let value = value.into();
        match self.options.iter_mut().find(|o| o.0 == name) {
            Some(o) => o.1 = value,
            None => self.options.push((name.to_string(), value)),
        }
        self
    }

    /// The group's learning rate.
    #[must_use]
    pub fn lr(self, lr: impl Into<f64>) -> ParamGroup {
        self.set("lr", lr)
    }

    /// The group's weight decay λ.
    #[must_use]
    pub fn weight_decay(self, decay: impl Into<f64>) -> ParamGroup {
        self.set("weight_decay", decay)
    }

    /// The group's momentum.
    #[must_use]
    pub fn momentum(self, momentum: impl Into<f64>) -> ParamGroup {
        self.set("momentum", momentum)
    }

    /// The group's `beta1` and `beta2`.
    #[must_use]
    pub fn betas(self, (beta1, beta2): (f64, f64)) -> ParamGroup {
        self.set("beta1", beta1).set("beta2", beta2)
    }

    /// The option of this name, if it is set.
    pub fn get(&self, name: &str) -> Option<f64> {
        self.options.iter().find(|o| o.0 == name).map(|o| o.1)
    }

    /// The parameters.
    pub fn params(&self) -> &[Param] {
        &self.params
    }
}

/// A list of parameters or of groups.
pub struct Groups(pub(super) Vec<ParamGroup>);

impl From<Vec<Param>> for Groups {
    fn from(params: Vec<Param>) -> Groups {
        Groups(vec![ParamGroup::new(&params)])
    }
}

impl From<&[Param]> for Groups {
    fn from(params: &[Param]) -> Groups {
        Groups(vec![ParamGroup::new(params)])
    }
}

impl<const N: usize> From<[Param; N]> for Groups {
    fn from(params: [Param; N]) -> Groups {
        Groups(vec![ParamGroup::new(&params)])
    }
}

impl From<Vec<ParamGroup>> for Groups {
    fn from(groups: Vec<ParamGroup>) -> Groups {
        Groups(groups)
    }
}

impl<const N: usize> From<[ParamGroup; N]> for Groups {
    fn from(groups: [ParamGroup; N]) -> Groups {
        Groups(groups.into())
    }
}
