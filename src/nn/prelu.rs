//! The rectifier whose slope is learned.
use crate::{
    Module,
    module::{Param, init::Constant},
};

/// `x` above 0, `weight · x` below, with one weight or one for each channel (axis 1) (PyTorch's
/// `nn.PReLU`, book 5.1).
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(PReLU::new().forward(&Tensor::from([-4.0, 3.0])), Tensor::from([-1.0, 3.0]));
/// let layer = PReLU::new().num_parameters(2).init(0.5);
/// assert_eq!(layer.forward(&Tensor::from([[-4.0, 3.0]])), Tensor::from([[-2.0, 3.0]]));
/// assert_eq!(layer.weight.shape(), [2]);
/// ```
#[derive(Module, Debug)]
#[module(repr = PReLU::line)]
pub struct PReLU {
    /// The slopes `[num_parameters]`, 0.25 at first.
    pub weight: Param,
    start: f64,
}

impl PReLU {
    /// A single slope.
    pub fn new() -> PReLU {
        PReLU::of(1, 0.25)
    }

    fn of(n: usize, start: f64) -> PReLU {
        let weight = Param::lazy();
        weight.materialize([n], Constant(start));
        PReLU { weight, start }
    }

    /// How many slopes there are (1): one, or one for each channel.
    ///
    /// # Panics
    /// For 0.
    #[must_use]
    #[track_caller]
    pub fn num_parameters(self, n: usize) -> PReLU {
        assert!(n > 0, "PReLU: num_parameters must not be 0");
        PReLU::of(n, self.start)
    }

    /// What the slopes start with (0.25).
    #[must_use]
    pub fn init(self, start: impl Into<f64>) -> PReLU {
        PReLU::of(self.weight.numel(), start.into())
    }

    fn line(&self) -> String {
        format!("PReLU(num_parameters={})", self.weight.numel())
    }
}

impl Default for PReLU {
    fn default() -> PReLU {
        PReLU::new()
    }
}

forward! {
    /// [`Tensor::prelu`](d2l_core::Tensor::prelu).
    ///
    /// # Panics
    /// If there are several slopes, but not one for each channel of `x`.
    PReLU, |this, x| x.try_prelu(&this.weight)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(PReLU::new().repr().to_string(), "PReLU(num_parameters=1)");
    }

    #[test]
    #[should_panic(expected = "(in 0, PReLU)")]
    fn slopes_are_one_or_one_for_each_channel() {
        let _ = sequential![PReLU::new().num_parameters(3)].forward(&Tensor::ones([2, 2]));
    }
}
