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
    /// `clamp(x / 6 + 1 / 2, 0, 1)` (PyTorch's `nn.Hardsigmoid`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Hardsigmoid.forward(&Tensor::from([-4.0, 0.0])), Tensor::from([0.0, 0.5]));
    /// ```
    Hardsigmoid = hardsigmoid;
    /// `x` times [`Hardsigmoid`] (PyTorch's `nn.Hardswish`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Hardswish.forward(&Tensor::from([-4.0, 4.0])), Tensor::from([0.0, 4.0]));
    /// ```
    Hardswish = hardswish;
    /// `ln(sigmoid(x))` without overflow (PyTorch's `nn.LogSigmoid`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(LogSigmoid.forward(&Tensor::from([-200.0])), Tensor::from([-200.0]));
    /// ```
    LogSigmoid = logsigmoid;
    /// `x tanh(ln(1 + e^x))` (PyTorch's `nn.Mish`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Mish.forward(&Tensor::from([0.0, 100.0])), Tensor::from([0.0, 100.0]));
    /// ```
    Mish = mish;
    /// `max(x, 0)` (PyTorch's `nn.ReLU`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(ReLU.forward(&Tensor::from([-1.0, 2.0])), Tensor::from([0.0, 2.0]));
    /// ```
    ReLU = relu;
    /// `min(max(x, 0), 6)` (PyTorch's `nn.ReLU6`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(ReLU6.forward(&Tensor::from([-1.0, 7.0])), Tensor::from([0.0, 6.0]));
    /// ```
    ReLU6 = relu6;
    /// The self-normalising unit: [`ELU`](super::ELU) with `alpha` 1.6733, times 1.0507 (PyTorch's
    /// `nn.SELU`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(SELU.forward(&Tensor::from([0.0, 1.0])), Tensor::from([0.0, 1.050701]));
    /// ```
    SELU = selu;
    /// `x sigmoid(x)`, also called swish (PyTorch's `nn.SiLU`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(SiLU.forward(&Tensor::from([0.0, 100.0])), Tensor::from([0.0, 100.0]));
    /// ```
    SiLU = silu;
    /// `1 / (1 + exp(-x))` (PyTorch's `nn.Sigmoid`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Sigmoid.forward(&Tensor::from([0.0])), Tensor::from([0.5]));
    /// ```
    Sigmoid = sigmoid;
    /// `x / (1 + |x|)` (PyTorch's `nn.Softsign`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Softsign.forward(&Tensor::from([-1.0, 3.0])), Tensor::from([-0.5, 0.75]));
    /// ```
    Softsign = softsign;
    /// The hyperbolic tangent (PyTorch's `nn.Tanh`, book 5.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Tanh.forward(&Tensor::from([0.0])), Tensor::from([0.0]));
    /// ```
    Tanh = tanh;
    /// `x - tanh(x)` (PyTorch's `nn.Tanhshrink`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Tanhshrink.forward(&Tensor::from([0.0, 30.0])), Tensor::from([0.0, 29.0]));
    /// ```
    Tanhshrink = tanhshrink;
}
