//! The dense layer whose sizes are given.
use super::Bias;
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
#[module(repr = Linear::line, flops = Linear::flops)]
pub struct Linear {
    /// `[out_features, in_features]`.
    pub weight: Param,
    /// `[out_features]`, unless made with `bias(false)`.
    pub bias: Bias,
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

/// The forward pass shared by the dense layers.
pub(super) fn apply(x: &Tensor, w: &Tensor, b: &Bias) -> Result<Tensor, Error> {
    x.try_linear(w, b.get().map(|b| &**b))
}

/// A multiplication and an addition for each output and each of its inputs.
pub(super) fn flops(x: &Tensor, y: &Tensor) -> u64 {
    2 * y.numel() as u64 * x.size(-1) as u64
}

/// How a dense layer is printed.
pub(super) fn line(name: &str, in_features: usize, out_features: usize, bias: &Bias) -> String {
    let bias = if bias.get().is_some() {
        "True"
    } else {
        "False"
    };
    format!("{name}(in_features={in_features}, out_features={out_features}, bias={bias})")
}

impl Linear {
    /// A layer from `in_features` to `out_features` features, with a bias.
    pub fn new(in_features: usize, out_features: usize) -> Linear {
        let (weight, bias) = (Param::lazy(), Param::lazy());
        weight.materialize([out_features, in_features], default_init(in_features));
        bias.materialize([out_features], default_init(in_features));
        Linear {
            weight,
            bias: Bias::new(bias),
        }
    }

    /// With or without a bias (default: with).
    #[must_use]
    pub fn bias(mut self, on: bool) -> Linear {
        let sizes = (self.weight.shape()[1], self.weight.shape()[0]);
        self.bias = if on {
            Linear::new(sizes.0, sizes.1).bias
        } else {
            Bias::none()
        };
        self
    }

    fn line(&self) -> String {
        line(
            "Linear",
            self.weight.shape()[1],
            self.weight.shape()[0],
            &self.bias,
        )
    }

    fn flops(&self, x: &Tensor, y: &Tensor) -> u64 {
        flops(x, y)
    }
}

forward! {
    /// `x wᵀ + b`.
    ///
    /// # Panics
    /// If the last size of `x` is not `in_features`, or `x` is of another dtype than the weight.
    Linear, |this, x| apply(x, &this.weight, &this.bias)
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
