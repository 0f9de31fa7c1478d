//! Activation functions as layers.
use crate::Module;

macro_rules! activation {
    ($($(#[$doc:meta])* $name:ident = $method:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug, Default)]
        pub struct $name;

        forward! {
            #[doc = concat!("[`Tensor::", stringify!($method), "`](d2l_core::Tensor::", stringify!($method), ").")]
            $name, |_this, x| Ok(x.$method())
        }
    )* };
}

activation! {
    /// `max(x, 0)` (PyTorch's `nn.ReLU`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(ReLU.forward(&Tensor::from([-1.0, 2.0])), Tensor::from([0.0, 2.0]));
    /// ```
    ReLU = relu;
    /// `1 / (1 + exp(-x))` (PyTorch's `nn.Sigmoid`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Sigmoid.forward(&Tensor::from([0.0])), Tensor::from([0.5]));
    /// ```
    Sigmoid = sigmoid;
    /// The hyperbolic tangent (PyTorch's `nn.Tanh`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Tanh.forward(&Tensor::from([0.0])), Tensor::from([0.0]));
    /// ```
    Tanh = tanh;
}
