//! What an optimizer is given: parameters, in groups with settings of their own.
use crate::module::Param;

/// Parameters with settings of their own; what is not set is the optimizer's.
///
/// ```
/// use d2l::prelude::*;
/// let net = Linear::new(200, 1);
/// // Weight decay for the weight, none for the bias (book 3.7).
/// let groups = [ParamGroup::new([&net.weight]).weight_decay(3.0), ParamGroup::new([&*net.bias])];
/// let sgd = SGD::new(groups, 0.01);
/// assert_eq!(sgd.param_groups().len(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct ParamGroup {
    pub(super) params: Vec<Param>,
    pub(super) lr: Option<f64>,
    pub(super) weight_decay: Option<f64>,
    pub(super) momentum: Option<f64>,
}

impl ParamGroup {
    /// A group of these parameters.
    pub fn new<'a>(params: impl IntoIterator<Item = &'a Param>) -> ParamGroup {
        let params = params.into_iter().cloned().collect();
        ParamGroup {
            params,
            lr: None,
            weight_decay: None,
            momentum: None,
        }
    }

    /// The group's learning rate.
    #[must_use]
    pub fn lr(mut self, lr: f64) -> ParamGroup {
        self.lr = Some(lr);
        self
    }

    /// The group's weight decay λ: its gradients become `g + λ w`.
    #[must_use]
    pub fn weight_decay(mut self, decay: f64) -> ParamGroup {
        self.weight_decay = Some(decay);
        self
    }

    /// The group's momentum.
    #[must_use]
    pub fn momentum(mut self, momentum: f64) -> ParamGroup {
        self.momentum = Some(momentum);
        self
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
