//! Normalisation by the root of the mean of squares.
use super::{
    MaybeParam,
    layer_norm::{normalized_shape, parameter},
    sizes::{float, python, tuple},
};
use crate::{Module, module::init::Constant};
use d2l_core::IntoShape;

/// `x / √(mean(x²) + eps) · weight` with the mean over the last axes (PyTorch's `nn.RMSNorm`).
///
/// Shapes: `[.., normalized_shape]` to the same.
///
/// ```
/// use d2l::prelude::*;
/// let y = RMSNorm::new(2).forward(&Tensor::from([[1.0, 7.0]]));
/// assert!(y.allclose(&Tensor::from([[0.2, 1.4]]), 0.0, 1e-6));
/// ```
#[derive(Module, Debug)]
#[module(repr = RMSNorm::line)]
pub struct RMSNorm {
    /// `[normalized_shape]`, 1 at first; none if made with `elementwise_affine(false)`.
    pub weight: MaybeParam,
    shape: Vec<usize>,
    eps: Option<f64>,
}

impl RMSNorm {
    /// Over last axes of these sizes, with a weight.
    ///
    /// # Panics
    /// If there is none, or one is 0.
    #[track_caller]
    pub fn new(normalized_shape: impl IntoShape) -> RMSNorm {
        let shape = self::normalized_shape("RMSNorm", normalized_shape);
        RMSNorm {
            weight: parameter(&shape, Constant(1.0), true),
            shape,
            eps: None,
        }
    }

    /// What is added to the mean (`None`: the spacing of floats at 1).
    #[must_use]
    pub fn eps(mut self, eps: impl Into<Option<f64>>) -> RMSNorm {
        self.eps = eps.into();
        self
    }

    /// With or without a weight (with).
    #[must_use]
    pub fn elementwise_affine(mut self, on: bool) -> RMSNorm {
        self.weight = parameter(&self.shape, Constant(1.0), on);
        self
    }

    fn line(&self) -> String {
        format!(
            "RMSNorm({}, eps={}, elementwise_affine={})",
            tuple(&self.shape),
            self.eps.map_or("None".into(), float),
            python(self.weight.get().is_some())
        )
    }
}

forward! {
    /// The normalised input.
    ///
    /// # Panics
    /// If the last axes or the dtype of `x` do not fit.
    RMSNorm, |this, x| x.try_rms_norm(&this.shape, this.weight.tensor(), this.eps)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            RMSNorm::new(5).repr().to_string(),
            "RMSNorm((5,), eps=None, elementwise_affine=True)"
        );
    }
}
