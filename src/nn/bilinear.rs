//! The bilinear layer.
use super::{Bias, lazy, linear::default_init, sizes::python};
use crate::{Module, module::Param};
use d2l_core::Tensor;

/// `y[o] = Σ x1[i] weight[o, i, j] x2[j] + bias[o]` (PyTorch's `nn.Bilinear`):
/// [`Tensor::bilinear`](d2l_core::Tensor::bilinear) with parameters.
///
/// Shapes: `[.., in1_features]` and `[.., in2_features]` to `[.., out_features]`. Both parameters start
/// uniform in ±1/√in1_features, as PyTorch's.
///
/// ```
/// use d2l::prelude::*;
/// let layer = Bilinear::new(2, 3, 4);
/// let y = layer.forward(&Tensor::ones([5, 2]), &Tensor::ones([5, 3]));
/// assert_eq!(y.shape(), [5, 4]);
/// ```
#[derive(Module, Debug)]
#[module(repr = Bilinear::line)]
pub struct Bilinear {
    /// `[out_features, in1_features, in2_features]`.
    pub weight: Param,
    /// `[out_features]`, unless made with `bias(false)`.
    pub bias: Bias,
}

impl Bilinear {
    /// A layer from pairs of so many features, with a bias.
    ///
    /// # Panics
    /// If the first input has no features.
    #[track_caller]
    pub fn new(in1_features: usize, in2_features: usize, out_features: usize) -> Bilinear {
        assert!(in1_features > 0, "Bilinear: in1_features must not be 0");
        let (weight, bias) = (Param::lazy(), Bias::new(Param::lazy()));
        let shape = [out_features, in1_features, in2_features];
        lazy::materialize(&weight, &shape, &bias, out_features, in1_features);
        Bilinear { weight, bias }
    }

    /// With or without a bias (default: with).
    #[must_use]
    pub fn bias(mut self, on: bool) -> Bilinear {
        self.bias = Bias::none();
        if on {
            let bias = Param::lazy();
            bias.materialize(
                [self.weight.shape()[0]],
                default_init(self.weight.shape()[1]),
            );
            self.bias = Bias::new(bias);
        }
        self
    }

    fn line(&self) -> String {
        let [out, in1, in2] = [0, 1, 2].map(|axis| self.weight.shape()[axis]);
        let bias = python(self.bias.get().is_some());
        format!("Bilinear(in1_features={in1}, in2_features={in2}, out_features={out}, bias={bias})")
    }
}

forward_with! {
    /// The bilinear form of both inputs.
    ///
    /// # Panics
    /// If the sizes do not fit.
    Bilinear, |this, x1, x2: &'a Tensor| -> Tensor, |out| out, x1.try_bilinear(x2, &this.weight, this.bias.tensor())
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            Bilinear::new(20, 30, 40).bias(false).repr().to_string(),
            "Bilinear(in1_features=20, in2_features=30, out_features=40, bias=False)"
        );
    }

    #[test]
    #[should_panic(expected = "do not fit (in Bilinear)")]
    fn sizes_must_fit() {
        let _ = Bilinear::new(2, 3, 4).forward(&Tensor::ones([2]), &Tensor::ones([2]));
    }
}
