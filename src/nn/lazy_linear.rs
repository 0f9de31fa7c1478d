//! The dense layer that learns its input size from its first input.
use super::{Linear, lazy::lazy_twin};
use crate::module::init::Initializer;

lazy_twin! {
    /// A [`Linear`] layer whose `in_features` are those of its first input (PyTorch's
    /// `nn.LazyLinear`, book 3.5 and 6.3).
    ///
    /// Before that its parameters have no shape: an initialiser chosen then is kept and takes effect
    /// when the shape is known; an optimizer built then works afterwards; counting counts what is
    /// known; a state dict leaves them out, and loading one gives them their shape; a clone has the
    /// same settings and pending initialisers.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let net = LazyLinear::new(2);
    /// net.weight.normal_(0.0, 0.01); // takes effect below
    /// assert!(!net.weight.is_initialized());
    /// assert_eq!(net.forward(&Tensor::ones([5, 3])).shape(), [5, 2]);
    /// assert_eq!(net.weight.shape(), [2, 3]);
    /// assert!(net.weight.abs().max().item() < 0.1);
    /// ```
    LazyLinear(Linear)
}

impl LazyLinear {
    /// A layer to `out_features` features, with a bias.
    pub fn new(out_features: usize) -> LazyLinear {
        LazyLinear(Linear::lazy(out_features))
    }

    /// With or without a bias (default: with).
    #[must_use]
    pub fn bias(self, on: bool) -> LazyLinear {
        LazyLinear(self.0.bias(on))
    }

    /// Keras's name: how the weight starts.
    #[must_use]
    pub fn kernel_initializer(self, init: impl Initializer) -> LazyLinear {
        self.weight.init(init);
        self
    }

    /// Keras's name: how the bias starts.
    ///
    /// # Panics
    /// If the layer has none.
    #[must_use]
    #[track_caller]
    pub fn bias_initializer(self, init: impl Initializer) -> LazyLinear {
        self.bias.init(init);
        self
    }
}

forward! {
    /// `x wᵀ + b`; the first call fixes the shape of `w`.
    ///
    /// # Panics
    /// If the last size of `x` is not that of the first input, or `x` is not of the parameters'
    /// dtype.
    LazyLinear, |this, x| this.0.run(x)
}
