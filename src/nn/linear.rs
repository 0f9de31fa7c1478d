//! The dense layer whose sizes are given.
use super::{Bias, lazy, sizes::python};
use crate::{
    Module,
    module::{Param, init::Uniform},
};
use d2l_core::{Error, Tensor};

/// `y = x wᵀ + b` (PyTorch's `nn.Linear`, book 3.5).
///
/// Shapes: `x [.., in_features]` to `[.., out_features]`; `weight [out_features, in_features]`,
/// `bias [out_features]`. Both start uniform in ±1/√in_features, as PyTorch's.
///
/// ```
/// use d2l::prelude::*;
/// let layer = Linear::new(3, 2);
/// layer.weight.fill_(1.0);
/// layer.bias.fill_(0.5);
/// assert_eq!(layer.forward(&Tensor::ones([1, 3])), Tensor::from([[3.5, 3.5]]));
/// ```
#[derive(Module, Debug)]
#[module(repr = Linear::line)]
pub struct Linear {
    /// `[out_features, in_features]`.
    pub weight: Param,
    /// `[out_features]`, unless made with `bias(false)`.
    pub bias: Bias,
    out_features: usize,
}

/// The initial distribution of a layer's parameters with this many inputs.
pub(super) fn default_init(in_features: usize) -> Uniform {
    let bound = if in_features == 0 {
        0.0
    } else {
        1.0 / (in_features as f64).sqrt()
    };
    Uniform(-bound, bound)
}

impl Linear {
    /// A layer from `in_features` to `out_features` features, with a bias.
    pub fn new(in_features: usize, out_features: usize) -> Linear {
        let layer = Linear::lazy(out_features);
        layer.materialize(in_features);
        layer
    }

    /// A layer that does not know its inputs yet.
    pub(super) fn lazy(out_features: usize) -> Linear {
        Linear {
            weight: Param::lazy_named("LazyLinear.weight", [Some(out_features), None]),
            bias: Bias::lazy("LazyLinear.bias", out_features),
            out_features,
        }
    }

    /// With or without a bias (default: with).
    #[must_use]
    pub fn bias(mut self, on: bool) -> Linear {
        self.bias = if on {
            Bias::lazy("LazyLinear.bias", self.out_features)
        } else {
            Bias::none()
        };
        if let Some(w) = self.weight.get() {
            self.materialize(w.shape()[1]);
        }
        self
    }

    /// Gives the parameters that have no shape theirs.
    fn materialize(&self, in_features: usize) {
        let shape = [self.out_features, in_features];
        lazy::materialize(
            &self.weight,
            &shape,
            &self.bias,
            self.out_features,
            in_features,
        );
    }

    /// The forward pass, which the lazy form shares.
    pub(super) fn run(&self, x: &Tensor) -> Result<Tensor, Error> {
        if !lazy::is_known(&self.weight, &self.bias) {
            let last = x.dim().checked_sub(1);
            self.materialize(lazy::size_of("linear", x, last, "features")?);
        }
        x.try_linear(&self.weight, self.bias.tensor())
    }

    /// Once its sizes are known a lazy layer is printed as what it is then, as in PyTorch.
    fn line(&self) -> String {
        let (name, in_features) = match self.weight.get() {
            Some(w) => ("Linear", w.shape()[1]),
            None => ("LazyLinear", 0),
        };
        let bias = python(self.bias.get().is_some());
        let out_features = self.out_features;
        format!("{name}(in_features={in_features}, out_features={out_features}, bias={bias})")
    }
}

forward! {
    /// `x wᵀ + b`.
    ///
    /// # Panics
    /// If the last size of `x` is not `in_features`, or `x` is of another dtype than the weight.
    Linear, |this, x| this.run(x)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_without_bias_has_one_parameter() {
        let layer = Linear::new(2, 3).bias(false);
        assert_eq!(layer.parameters().len(), 1);
        assert_eq!(
            layer.repr().to_string(),
            "Linear(in_features=2, out_features=3, bias=False)"
        );
        assert_eq!(layer.forward(&Tensor::zeros([1, 2])), Tensor::zeros([1, 3]));
    }

    #[test]
    fn parameters_start_within_the_bound_of_pytorch() {
        let layer = Linear::new(16, 100);
        let w = layer.weight.abs().max().item();
        assert!(w <= 0.25 && w > 0.2, "{w}");
    }
}
