//! Softmax and its relatives as layers.
use crate::Module;
use d2l_core::{Error, ErrorKind, Tensor};

macro_rules! softmax {
    ($($(#[$doc:meta])* $name:ident = $method:ident $try_method:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            dim: isize,
        }

        impl $name {
            /// Along axis `dim`.
            pub fn new(dim: isize) -> $name {
                $name { dim }
            }

            fn line(&self) -> String {
                format!("{}(dim={})", stringify!($name), self.dim)
            }
        }

        forward! {
            #[doc = concat!("[`Tensor::", stringify!($method), "`].")]
            ///
            /// # Panics
            /// If there is no such axis, or for integers.
            $name, |this, x| x.$try_method(this.dim)
        }
    )* };
}

softmax! {
    /// `exp(x) / Σ exp(x)` along an axis (PyTorch's `nn.Softmax`, book 4.1).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Softmax::new(-1).forward(&Tensor::from([7.0, 7.0])), Tensor::from([0.5, 0.5]));
    /// ```
    Softmax = softmax try_softmax;
    /// The logarithm of [`Softmax`] (PyTorch's `nn.LogSoftmax`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = LogSoftmax::new(0).forward(&Tensor::from([1000.0, 0.0]));
    /// assert_eq!(y, Tensor::from([0.0, -1000.0]));
    /// ```
    LogSoftmax = log_softmax try_log_softmax;
    /// [`Softmax`] of `-x` (PyTorch's `nn.Softmin`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Softmin::new(0).forward(&Tensor::from([0.0, 1000.0])), Tensor::from([1.0, 0.0]));
    /// ```
    Softmin = softmin try_softmin;
}

/// [`Softmax`] over the channels of images `[n, channels, h, w]` or `[channels, h, w]` (PyTorch's
/// `nn.Softmax2d`).
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(Softmax2d.forward(&Tensor::zeros([2, 1, 3])), Tensor::full([2, 1, 3], 0.5));
/// ```
#[derive(Module, Debug, Default)]
pub struct Softmax2d;

fn over_channels(x: &Tensor) -> Result<Tensor, Error> {
    if x.dim() != 3 && x.dim() != 4 {
        let why = format!("input {:?} has {} axes, not 3 or 4", x.shape(), x.dim());
        return Err(Error::new("softmax2d", ErrorKind::Shape, why));
    }
    x.try_softmax(-3)
}

forward! {
    /// The shares of the channels at every place.
    ///
    /// # Panics
    /// If `x` has another number of axes, or holds integers.
    Softmax2d, |_this, x| over_channels(x)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(LogSoftmax::new(1).repr().to_string(), "LogSoftmax(dim=1)");
    }

    #[test]
    #[should_panic(expected = "softmax2d: input [3] has 1 axes, not 3 or 4 (in 0, Softmax2d)")]
    fn images_have_channels() {
        let _ = sequential![Softmax2d].forward(&Tensor::ones([3]));
    }
}
