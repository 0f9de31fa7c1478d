//! Stochastic gradient descent.
use super::{Groups, ParamGroup};
use crate::module::{Optimizer, Param};
use d2l_core::{Tensor, no_grad};

/// Stochastic gradient descent (PyTorch's `optim.SGD`, book 3.4 and 12.6). For each parameter `w`
/// with gradient `g`:
///
/// ```text
/// g ← g + λ w            weight decay λ  (default 0)
/// v ← μ v + g            momentum μ      (default 0; v starts as the first g)
/// w ← w - lr v
/// ```
///
/// Parameters without a gradient are left alone; lazy ones may get their shape later.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::from([1.0]));
/// let mut sgd = SGD::new([w.clone()], 0.1);
/// (&*w * 3.0).sum().backward();
/// sgd.step();
/// assert!((w.item() - 0.7).abs() < 1e-6);
/// ```
pub struct SGD {
    groups: Vec<Group>,
    lr: f64,
    weight_decay: f64,
    momentum: f64,
}

struct Group {
    settings: ParamGroup,
    velocity: Vec<Option<Tensor>>,
}

impl SGD {
    /// An optimizer of these parameters (or groups of them) with this learning rate.
    ///
    /// # Panics
    /// If a learning rate is negative, infinite or NaN.
    #[track_caller]
    pub fn new(params: impl Into<Groups>, lr: impl Into<f64>) -> SGD {
        let (groups, lr) = (params.into().0, lr.into());
        check("learning rate", Some(lr));
        for g in &groups {
            check("learning rate", g.lr);
            check("weight decay", g.weight_decay);
            check("momentum", g.momentum);
        }
        let groups = groups.into_iter().map(|settings| {
            let velocity = vec![None; settings.params.len()];
            Group { settings, velocity }
        });
        SGD {
            groups: groups.collect(),
            lr,
            weight_decay: 0.0,
            momentum: 0.0,
        }
    }

    /// Sets the momentum μ.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn momentum(mut self, momentum: f64) -> SGD {
        check("momentum", Some(momentum));
        self.momentum = momentum;
        self
    }

    /// Sets the weight decay λ.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[must_use]
    #[track_caller]
    pub fn weight_decay(mut self, decay: f64) -> SGD {
        check("weight decay", Some(decay));
        self.weight_decay = decay;
        self
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        self.lr
    }

    /// Sets the learning rate of all groups that have none of their own.
    ///
    /// # Panics
    /// If it is negative, infinite or NaN.
    #[track_caller]
    pub fn set_lr(&mut self, lr: f64) {
        check("learning rate", Some(lr));
        self.lr = lr;
    }

    /// The groups of parameters.
    pub fn param_groups(&self) -> Vec<&ParamGroup> {
        self.groups.iter().map(|g| &g.settings).collect()
    }

    fn params(&self) -> impl Iterator<Item = &Param> {
        self.groups.iter().flat_map(|g| &g.settings.params)
    }
}

#[track_caller]
fn check(what: &str, value: Option<f64>) {
    if let Some(v) = value
        && !(v >= 0.0 && v.is_finite())
    {
        panic!("SGD: the {what} {v} is not a finite number of at least 0");
    }
}

impl Optimizer for SGD {
    fn step(&mut self) {
        let (lr, decay, momentum) = (self.lr, self.weight_decay, self.momentum);
        no_grad(|| {
            for Group {
                settings: s,
                velocity,
            } in &mut self.groups
            {
                let decay = s.weight_decay.unwrap_or(decay);
                let momentum = s.momentum.unwrap_or(momentum);
                for (p, v) in s.params.iter().zip(velocity) {
                    update(p, v, s.lr.unwrap_or(lr), decay, momentum);
                }
            }
        });
    }

    fn zero_grad(&mut self) {
        self.params().for_each(Param::zero_grad);
    }
}

/// One parameter's step.
fn update(p: &Param, v: &mut Option<Tensor>, lr: f64, decay: f64, momentum: f64) {
    let Some((w, mut g)) = p.get().and_then(|w| Some((w, w.grad()?))) else {
        return;
    };
    if decay != 0.0 {
        // A new tensor: the parameter's own gradient stays as it is.
        g = w.detach() * decay + g;
    }
    if momentum != 0.0 {
        match v {
            Some(v) => drop(v.mul_(momentum).add_(&g)),
            None => *v = Some(g.copy()),
        }
    }
    w.add_scaled_(v.as_ref().unwrap_or(&g), -lr);
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn run(sgd: impl Fn(Param) -> SGD, steps: usize) -> f64 {
        let w = Param::new(Tensor::from([2.0]));
        let mut sgd = sgd(w.clone());
        for _ in 0..steps {
            sgd.zero_grad();
            (&*w * 3.0).sum().backward();
            sgd.step();
        }
        w.item()
    }

    #[test]
    fn momentum_and_weight_decay_follow_their_formulas() {
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
        close(run(|w| SGD::new([w], 0.1), 2), 2.0 - 2.0 * 0.3);
        close(
            run(|w| SGD::new([w], 0.1).momentum(0.5), 2),
            2.0 - 0.3 - 0.1 * (1.5 + 3.0),
        );
        close(
            run(|w| SGD::new([w], 0.1).weight_decay(1.0), 1),
            2.0 - 0.1 * 5.0,
        );
        close(
            run(
                |w| SGD::new([ParamGroup::new([&w]).weight_decay(1.0).lr(0.2)], 0.1),
                1,
            ),
            1.0,
        );
    }

    #[test]
    fn parameters_without_gradient_are_left_alone() {
        let (w, lazy) = (Param::new(Tensor::from([2.0])), Param::lazy());
        let mut sgd = SGD::new([w.clone(), lazy], 0.1);
        sgd.step();
        sgd.zero_grad();
        assert_eq!(w.item(), 2.0);
    }

    #[test]
    #[should_panic(expected = "SGD: the learning rate NaN is not a finite number")]
    fn a_learning_rate_that_is_no_number_is_refused() {
        let _ = SGD::new(Vec::<Param>::new(), f32::NAN);
    }
}
