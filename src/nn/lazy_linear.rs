//! The dense layer that learns its input size from its first input.
use super::{
    Bias,
    linear::{apply, default_init, flops, line},
};
use crate::{
    Module,
    module::{Param, init::Initializer},
};
use d2l_core::{Error, ErrorKind, Tensor};

/// A [`Linear`](super::Linear) layer whose `in_features` are those of its first input (PyTorch's
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
#[derive(Module, Debug)]
#[module(repr = LazyLinear::line, flops = LazyLinear::flops)]
pub struct LazyLinear {
    /// `[out_features, in_features]`, without a shape before the first forward.
    pub weight: Param,
    /// `[out_features]`, unless made with `bias(false)`.
    pub bias: Bias,
    out_features: usize,
}

impl LazyLinear {
    /// A layer to `out_features` features, with a bias.
    pub fn new(out_features: usize) -> LazyLinear {
        let weight = Param::lazy_named("LazyLinear.weight", [Some(out_features), None]);
        LazyLinear {
            weight,
            bias: Bias::lazy("LazyLinear.bias", out_features),
            out_features,
        }
    }

    /// With or without a bias (default: with).
    #[must_use]
    pub fn bias(mut self, on: bool) -> LazyLinear {
        self.bias = if on {
            Bias::lazy("LazyLinear.bias", self.out_features)
        } else {
            Bias::none()
        };
        self
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

    /// Gives the parameters their shape; refuses an input from which none follows.
    fn materialize(&self, x: &Tensor) -> Result<(), Error> {
        let known =
            self.weight.is_initialized() && self.bias.get().is_none_or(Param::is_initialized);
        if known {
            return Ok(());
        }
        let Some(&in_features) = x.shape().last() else {
            return Err(Error::new(
                "linear",
                ErrorKind::Shape,
                "a single number has no features",
            ));
        };
        if x.dtype() != d2l_core::default_dtype() {
            let why = format!(
                "the input is {}, but the parameters are {} (convert with `to_dtype`)",
                x.dtype(),
                d2l_core::default_dtype()
            );
            return Err(Error::new("linear", ErrorKind::DType, why));
        }
        self.weight
            .materialize([self.out_features, in_features], default_init(in_features));
        if let Some(b) = self.bias.get() {
            b.materialize([self.out_features], default_init(in_features));
        }
        Ok(())
    }

    /// Once its sizes are known it is printed as what it is then, as in PyTorch.
    fn line(&self) -> String {
        match self.weight.get() {
            Some(w) => line("Linear", w.shape()[1], self.out_features, &self.bias),
            None => line("LazyLinear", 0, self.out_features, &self.bias),
        }
    }

    fn flops(&self, x: &Tensor, y: &Tensor) -> u64 {
        flops(x, y)
    }
}

forward! {
    /// `x wᵀ + b`; the first call fixes the shape of `w`.
    ///
    /// # Panics
    /// If the last size of `x` is not that of the first input, or `x` is not of the parameters'
    /// dtype.
    LazyLinear, |this, x| {
        this.materialize(x)?;
        apply(x, &this.weight, &this.bias)
    }
}
