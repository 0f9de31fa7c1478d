//! Transposed convolutions.
use super::{Bias, Settings, builders, conv_layer};
use crate::{Module, module::Param, nn::lazy::lazy_twin};
use d2l_core::{Error, IntoShape, Tensor};

/// What is cut off the output of a transposed convolution, and added to it.
macro_rules! trimmed {
    ($($name:ident, $this:ident => $layer:expr;)*) => { $(
        impl $name {
            /// What is cut off the output on each side (0).
            ///
            /// # Panics
            /// If a size is negative, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn padding(mut self, padding: impl IntoShape) -> $name {
                let (sizes, n) = padding.entries();
                let $this = &mut self;
                $layer.settings.set_padding(&sizes[..n]);
                self
            }

            /// What is added to the end of the output (0), less than the stride or the dilation.
            /// (Several sizes have the same strided convolution; this says which one is meant.)
            ///
            /// # Panics
            /// If a size is negative, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn output_padding(mut self, output_padding: impl IntoShape) -> $name {
                let $this = &mut self;
                $layer.settings.set_output_padding(output_padding);
                self
            }
        }
    )* };
}
trimmed! {
    ConvTranspose1d, this => this;
    ConvTranspose2d, this => this;
    ConvTranspose3d, this => this;
    LazyConvTranspose1d, this => this.0;
    LazyConvTranspose2d, this => this.0;
    LazyConvTranspose3d, this => this.0;
}

conv_layer! {
    /// Transposed convolution over one axis (PyTorch's `nn.ConvTranspose1d`): every input element adds
    /// a copy of the kernel to the output, `stride` apart.
    ///
    /// Shapes: `x [n, in_channels, l]` or `[in_channels, l]` to `[.., out_channels, l']` with
    /// `l' = (l - 1)·stride - 2·padding + dilation·(kernel - 1) + output_padding + 1`. Both parameters
    /// start uniform in ±1/√(out_channels / groups · kernel), as PyTorch's.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = ConvTranspose1d::new(3, 8, 4).stride(2).padding(1);
    /// assert_eq!(layer.forward(&Tensor::ones([4, 3, 9])).shape(), [4, 8, 18]);
    /// ```
    ConvTranspose1d, transposed 1, "conv_transpose1d" try_conv_transpose1d,
    /// `[in_channels, out_channels / groups, kernel]`.
    weight,
    /// A [`ConvTranspose1d`] whose `in_channels` are those of its first input (PyTorch's
    /// `nn.LazyConvTranspose1d`); what holds before that is said at [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyConvTranspose1d::new(8, 4);
    /// assert_eq!(layer.forward(&Tensor::ones([4, 3, 9])).shape(), [4, 8, 12]);
    /// ```
    LazyConvTranspose1d
}

conv_layer! {
    /// Transposed convolution over images (PyTorch's `nn.ConvTranspose2d`, book 14.10), as
    /// [`ConvTranspose1d`] one axis up.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = ConvTranspose2d::new(10, 20, 5).padding(2).stride(3);
    /// assert_eq!(layer.forward(&Tensor::ones([1, 10, 6, 6])).shape(), [1, 20, 16, 16]);
    /// ```
    ConvTranspose2d, transposed 2, "conv_transpose2d" try_conv_transpose2d,
    /// `[in_channels, out_channels / groups, kernel height, kernel width]`.
    weight,
    /// A [`ConvTranspose2d`] whose `in_channels` are those of its first input (PyTorch's
    /// `nn.LazyConvTranspose2d`); what holds before that is said at [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyConvTranspose2d::new(2, 4).stride(2).padding(1);
    /// assert_eq!(layer.forward(&Tensor::ones([3, 8, 8])).shape(), [2, 16, 16]);
    /// ```
    LazyConvTranspose2d
}

conv_layer! {
    /// Transposed convolution over volumes (PyTorch's `nn.ConvTranspose3d`), as [`ConvTranspose1d`] two
    /// axes up.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = ConvTranspose3d::new(1, 2, (1, 2, 2)).stride(2).output_padding((1, 0, 0));
    /// assert_eq!(layer.forward(&Tensor::ones([1, 3, 2, 2])).shape(), [2, 6, 4, 4]);
    /// ```
    ConvTranspose3d, transposed 3, "conv_transpose3d" try_conv_transpose3d,
    /// `[in_channels, out_channels / groups, kernel depth, height, width]`.
    weight,
    /// A [`ConvTranspose3d`] whose `in_channels` are those of its first input (PyTorch's
    /// `nn.LazyConvTranspose3d`); what holds before that is said at [`LazyLinear`](crate::nn::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyConvTranspose3d::new(2, 2);
    /// assert_eq!(layer.forward(&Tensor::ones([3, 2, 2, 2])).shape(), [2, 3, 3, 3]);
    /// ```
    LazyConvTranspose3d
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        let layer = ConvTranspose2d::new(3, 4, 3).stride(2).output_padding(1);
        assert_eq!(
            layer.repr().to_string(),
            "ConvTranspose2d(3, 4, kernel_size=(3, 3), stride=(2, 2), output_padding=(1, 1))"
        );
    }

    #[test]
    fn a_transposed_convolution_undoes_the_size_of_a_convolution() {
        let (down, up) = (
            Conv2d::new(10, 20, 5).padding(2).stride(3),
            ConvTranspose2d::new(20, 10, 5).padding(2).stride(3),
        );
        let x = Tensor::ones([1, 10, 16, 16]);
        assert_eq!(up.forward(&down.forward(&x)).shape(), x.shape());
    }
}
