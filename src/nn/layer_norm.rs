//! Normalisation of every example by itself.
use super::{
    Bias, MaybeParam,
    sizes::{float, python, tuple},
};
use crate::{
    Module,
    module::{
        Param,
        init::{Constant, Initializer, Zeros},
    },
};
use d2l_core::IntoShape;

/// `(x - mean) / √(var + eps) · weight + bias` with mean and variance over the last axes (PyTorch's
/// `nn.LayerNorm`, book 11.7).
///
/// Shapes: `[.., normalized_shape]` to the same.
///
/// ```
/// use d2l::prelude::*;
/// let y = LayerNorm::new(2).forward(&Tensor::from([[1.0, 2.0], [2.0, 3.0]]));
/// assert!(y.allclose(&Tensor::from([[-1.0, 1.0], [-1.0, 1.0]]), 0.0, 1e-4));
/// assert_eq!(LayerNorm::new([2, 3]).bias(false).num_parameters(), 6);
/// ```
#[derive(Module, Debug)]
#[module(repr = LayerNorm::line)]
pub struct LayerNorm {
    /// `[normalized_shape]`, 1 at first; none if made with `elementwise_affine(false)`.
    pub weight: MaybeParam,
    /// `[normalized_shape]`, 0 at first; none if made with `elementwise_affine(false)` or
    /// `bias(false)`.
    pub bias: Bias,
    shape: Vec<usize>,
    eps: f64,
}

/// The sizes of the last axes, none of them 0.
#[track_caller]
pub(super) fn normalized_shape(layer: &str, shape: impl IntoShape) -> Vec<usize> {
    let (entries, n) = shape.entries();
    let sizes = &entries[..n];
    let positive = n > 0 && sizes.iter().all(|&s| s > 0);
    assert!(
        positive,
        "{layer}: normalized_shape {sizes:?} is not a list of sizes from 1 on"
    );
    sizes.iter().map(|&s| s as usize).collect()
}

/// A parameter of this shape, if there is to be one.
pub(super) fn parameter(shape: &[usize], init: impl Initializer, on: bool) -> MaybeParam {
    if !on {
        return MaybeParam::none();
    }
    let p = Param::lazy();
    p.materialize(shape, init);
    MaybeParam::new(p)
}

impl LayerNorm {
    /// Over last axes of these sizes, with weight and bias.
    ///
    /// # Panics
    /// If there is none, or one is 0.
    #[track_caller]
    pub fn new(normalized_shape: impl IntoShape) -> LayerNorm {
        let shape = self::normalized_shape("LayerNorm", normalized_shape);
        LayerNorm {
            weight: parameter(&shape, Constant(1.0), true),
            bias: parameter(&shape, Zeros, true),
            shape,
            eps: 1e-5,
        }
    }

    /// What is added to the variance (1e-5).
    #[must_use]
    pub fn eps(mut self, eps: f64) -> LayerNorm {
        self.eps = eps;
        self
    }

    /// With or without weight and bias (with).
    #[must_use]
    pub fn elementwise_affine(mut self, on: bool) -> LayerNorm {
        self.weight = parameter(&self.shape, Constant(1.0), on);
        self.bias = parameter(&self.shape, Zeros, on);
        self
    }

    /// With or without a bias, where there is a weight (with).
    #[must_use]
    pub fn bias(mut self, on: bool) -> LayerNorm {
        self.bias = parameter(&self.shape, Zeros, on && self.weight.get().is_some());
        self
    }

    fn line(&self) -> String {
        format!(
            "LayerNorm({}, eps={}, elementwise_affine={})",
            tuple(&self.shape),
            float(self.eps),
            python(self.weight.get().is_some())
        )
    }
}

forward! {
    /// The normalised input.
    ///
    /// # Panics
    /// If the last axes or the dtype of `x` do not fit.
    LayerNorm, |this, x| {
        x.try_layer_norm(&this.shape, this.weight.tensor(), this.bias.tensor(), this.eps)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            LayerNorm::new((3, 4)).repr().to_string(),
            "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True)"
        );
    }

    #[test]
    #[should_panic(
        expected = "layer_norm: input [2, 3] does not end with the sizes [4] (in 0, LayerNorm)"
    )]
    fn the_last_axes_must_fit() {
        let _ = sequential![LayerNorm::new(4)].forward(&Tensor::ones([2, 3]));
    }

    #[test]
    #[should_panic(expected = "LayerNorm: normalized_shape [0] is not a list of sizes from 1 on")]
    fn an_axis_of_size_0_is_refused() {
        let _ = LayerNorm::new(0);
    }
}
