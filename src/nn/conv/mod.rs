//! Convolutions over one, two and three axes, and their transposes.
mod settings;
mod transposed;

pub use transposed::{
    ConvTranspose1d, ConvTranspose2d, ConvTranspose3d, LazyConvTranspose1d, LazyConvTranspose2d,
    LazyConvTranspose3d,
};

use super::{Bias, lazy::lazy_twin};
use crate::{Module, module::Param};
use d2l_core::{Error, IntoShape, PadMode, Padding, Tensor};
use settings::Settings;

/// A layer with a kernel and its lazy form: parameters, and the settings that all of them have.
macro_rules! conv_layer {
    (
        $(#[$doc:meta])*
        $name:ident, $kind:ident $axes:literal, $op:literal $try_op:ident,
        $(#[$weight_doc:meta])* weight,
        $(#[$lazy_doc:meta])*
        $lazy:ident
    ) => {
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            $(#[$weight_doc])*
            pub weight: Param,
            /// `[out_channels]`, unless made with `bias(false)`.
            pub bias: Bias,
            settings: Settings<$axes>,
        }

        impl $name {
            /// A layer with a kernel of this size, stride 1, no padding, and a bias.
            ///
            /// # Panics
            /// If a number of channels or a size of the kernel is 0.
            #[track_caller]
            pub fn new(in_channels: usize, out_channels: usize, kernel_size: impl IntoShape) -> $name {
                let inputs = Some(in_channels);
                $name::of(Settings::$kind(stringify!($name), inputs, out_channels, kernel_size), true)
            }

            fn of(settings: Settings<$axes>, bias: bool) -> $name {
                let weight = settings.weight(concat!(stringify!($name), ".weight"));
                let bias = settings.bias(concat!(stringify!($name), ".bias"), bias);
                settings.fill(&weight, &bias);
                $name { weight, bias, settings }
            }

            fn line(&self) -> String {
                self.settings.line(&self.weight, &self.bias)
            }

            /// The forward pass, which the lazy form shares.
            fn run(&self, x: &Tensor) -> Result<Tensor, Error> {
                let Self { settings, weight, bias } = self;
                let call = |x: &Tensor, w: &Tensor, b| {
                    settings.bordered(x)?.$try_op(w, b, &settings.options())
                };
                settings.learn($op, x, weight, bias, |x, w| call(x, w, None))?;
                call(x, weight, bias.tensor())
            }
        }

        lazy_twin! {
            $(#[$lazy_doc])*
            $lazy($name)
        }

        impl $lazy {
            /// A layer with a kernel of this size, stride 1, no padding, and a bias.
            ///
            /// # Panics
            /// If the number of channels or a size of the kernel is 0.
            #[track_caller]
            pub fn new(out_channels: usize, kernel_size: impl IntoShape) -> $lazy {
                $lazy($name::of(Settings::$kind(stringify!($lazy), None, out_channels, kernel_size), true))
            }
        }

        builders! { $name, this => this }
        builders! { $lazy, this => this.0 }

        forward! {
            /// The convolution of `x` with the kernel.
            ///
            /// # Panics
            /// If the number of axes, the channels or the dtype of `x` do not fit, or the kernel does
            /// not fit into it.
            $name, |this, x| this.run(x)
        }

        forward! {
            /// The convolution of `x` with the kernel; the first call fixes `in_channels`.
            ///
            /// # Panics
            /// If the number of axes, the channels or the dtype of `x` do not fit, or the kernel does
            /// not fit into it.
            $lazy, |this, x| this.0.run(x)
        }
    };
}
use conv_layer;

/// The settings of all of these layers; `$layer` is the one that a form holds.
macro_rules! builders {
    ($name:ident, $this:ident => $layer:expr) => {
        impl $name {
            /// How far the kernel moves (1).
            ///
            /// # Panics
            /// If a size is less than 1, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn stride(mut self, stride: impl IntoShape) -> $name {
                let $this = &mut self;
                $layer.settings.set_stride(stride);
                self
            }

            /// Distance of neighbouring elements of the kernel (1).
            ///
            /// # Panics
            /// If a size is less than 1, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn dilation(mut self, dilation: impl IntoShape) -> $name {
                let $this = &mut self;
                $layer.settings.set_dilation(dilation);
                self
            }

            /// Cuts the channels into groups that do not see each other (1). The parameters are made
            /// anew: their shape is another one.
            ///
            /// # Panics
            /// If it does not divide the channels.
            #[must_use]
            #[track_caller]
            pub fn groups(mut self, groups: usize) -> $name {
                let $this = &mut self;
                $layer.settings.set_groups(groups);
                $layer.weight = $layer
                    .settings
                    .weight(concat!(stringify!($name), ".weight"));
                let bias = $layer.bias.get().is_some();
                self.bias(bias)
            }

            /// With or without a bias (default: with).
            #[must_use]
            pub fn bias(mut self, on: bool) -> $name {
                let $this = &mut self;
                $layer.bias = $layer
                    .settings
                    .bias(concat!(stringify!($name), ".bias"), on);
                $layer.settings.fill(&$layer.weight, &$layer.bias);
                self
            }
        }
    };
}
use builders;

/// What surrounds the input of a convolution that is not transposed.
macro_rules! bordered {
    ($($name:ident, $this:ident => $layer:expr;)*) => { $(
        impl $name {
            /// The border: sizes, `"valid"` for none (the default), or `"same"` for as much as makes
            /// the output as large as the input (more behind where it is odd; stride 1 only).
            ///
            /// # Panics
            /// For another name, a negative size, or `"same"` with a stride.
            #[must_use]
            #[track_caller]
            pub fn padding(mut self, padding: impl Into<Padding>) -> $name {
                let $this = &mut self;
                $layer.settings.set_padding(padding);
                self
            }

            /// What the border is filled with (zeros).
            ///
            /// # Panics
            /// For a constant other than 0.
            #[must_use]
            #[track_caller]
            pub fn padding_mode(mut self, mode: PadMode) -> $name {
                let $this = &mut self;
                $layer.settings.set_padding_mode(mode);
                self
            }
        }
    )* };
}
bordered! {
    Conv1d, this => this;
    Conv2d, this => this;
    Conv3d, this => this;
    LazyConv1d, this => this.0;
    LazyConv2d, this => this.0;
    LazyConv3d, this => this.0;
}

conv_layer! {
    /// Convolution over one axis (PyTorch's `nn.Conv1d`, book 7.2): [`Tensor::conv1d`]
    /// with parameters.
    ///
    /// Shapes: `x [n, in_channels, l]` or `[in_channels, l]` to `[.., out_channels, l']` with
    /// `l' = ⌊(l + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1`. Both parameters start
    /// uniform in ±1/√(in_channels / groups · kernel), as PyTorch's.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = Conv1d::new(3, 8, 5).stride(2).padding(1);
    /// assert_eq!(layer.forward(&Tensor::ones([4, 3, 9])).shape(), [4, 8, 4]);
    /// ```
    Conv1d, straight 1, "conv1d" try_conv1d,
    /// `[out_channels, in_channels / groups, kernel]`.
    weight,
    /// A [`Conv1d`] whose `in_channels` are those of its first input (PyTorch's `nn.LazyConv1d`); what
    /// holds before that is said at [`LazyLinear`](super::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyConv1d::new(8, 5);
    /// assert_eq!(layer.forward(&Tensor::ones([4, 3, 9])).shape(), [4, 8, 5]);
    /// assert_eq!(layer.weight.shape(), [8, 3, 5]);
    /// ```
    LazyConv1d
}

conv_layer! {
    /// Convolution over images (PyTorch's `nn.Conv2d`, book 7.2 to 7.4):
    /// [`Tensor::conv2d`] with parameters.
    ///
    /// Shapes: `x [n, in_channels, h, w]` or `[in_channels, h, w]` to `[.., out_channels, h', w']`
    /// with `h' = ⌊(h + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1`. Sizes are a number for
    /// both axes or one for each: `5`, `(5, 3)`. Both parameters start uniform in
    /// ±1/√(in_channels / groups · kernel²), as PyTorch's.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = Conv2d::new(3, 8, (5, 3)).padding((2, 1)).bias(false);
    /// assert_eq!(layer.forward(&Tensor::ones([4, 3, 9, 7])).shape(), [4, 8, 9, 7]);
    /// assert_eq!(Conv2d::new(4, 8, 3).groups(2).padding("same").weight.shape(), [8, 2, 3, 3]);
    /// ```
    Conv2d, straight 2, "conv2d" try_conv2d,
    /// `[out_channels, in_channels / groups, kernel height, kernel width]`.
    weight,
    /// A [`Conv2d`] whose `in_channels` are those of its first input (PyTorch's `nn.LazyConv2d`, book
    /// 7.6); what holds before that is said at [`LazyLinear`](super::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyConv2d::new(6, 5).padding(2).stride(2);
    /// assert_eq!(layer.forward(&Tensor::ones([1, 1, 28, 28])).shape(), [1, 6, 14, 14]);
    /// assert_eq!(layer.weight.shape(), [6, 1, 5, 5]);
    /// ```
    LazyConv2d
}

conv_layer! {
    /// Convolution over volumes (PyTorch's `nn.Conv3d`): [`Tensor::conv3d`]
    /// with parameters, as [`Conv2d`] one axis up.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = Conv3d::new(1, 2, 3).stride((1, 2, 2));
    /// assert_eq!(layer.forward(&Tensor::ones([1, 3, 5, 5])).shape(), [2, 1, 2, 2]);
    /// ```
    Conv3d, straight 3, "conv3d" try_conv3d,
    /// `[out_channels, in_channels / groups, kernel depth, height, width]`.
    weight,
    /// A [`Conv3d`] whose `in_channels` are those of its first input (PyTorch's `nn.LazyConv3d`); what
    /// holds before that is said at [`LazyLinear`](super::LazyLinear).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LazyConv3d::new(2, 3);
    /// assert_eq!(layer.forward(&Tensor::ones([1, 3, 5, 5])).shape(), [2, 1, 3, 3]);
    /// ```
    LazyConv3d
}

#[cfg(test)]
mod tests {
    use crate::{PadMode, prelude::*};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn message(f: impl FnOnce()) -> String {
        let panic = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
        *panic.downcast::<String>().expect("a formatted message")
    }

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        let line = |m: &dyn Module| m.leaf_repr().unwrap();
        assert_eq!(
            line(&Conv2d::new(3, 8, 3)),
            "Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1))"
        );
        let all = Conv1d::new(4, 8, 3).stride(2).padding(1).dilation(2);
        assert_eq!(
            line(&all.groups(2).bias(false).padding_mode(PadMode::Circular)),
            "Conv1d(4, 8, kernel_size=(3,), stride=(2,), padding=(1,), dilation=(2,), groups=2, \
             bias=False, padding_mode=circular)"
        );
        let lazy = LazyConv2d::new(6, (5, 3)).padding("same");
        let tail = "6, kernel_size=(5, 3), stride=(1, 1), padding=same)";
        assert_eq!(line(&lazy), format!("LazyConv2d(0, {tail}"));
        lazy.forward(&Tensor::ones([2, 5, 5]));
        assert_eq!(line(&lazy), format!("Conv2d(2, {tail}"));
    }

    #[test]
    fn wrong_settings_are_named() {
        let refused = |f: fn()| message(f);
        assert_eq!(
            refused(|| drop(Conv2d::new(0, 1, 3))),
            "Conv2d: in_channels must not be 0"
        );
        assert_eq!(
            refused(|| drop(LazyConv1d::new(0, 3))),
            "LazyConv1d: out_channels must not be 0"
        );
        assert_eq!(
            refused(|| drop(Conv2d::new(4, 6, 3).groups(4))),
            "Conv2d: out_channels 6 is not divisible by groups 4"
        );
        assert_eq!(
            refused(|| drop(Conv2d::new(1, 1, (3, 0)))),
            "Conv2d: kernel_size 0 is less than 1"
        );
        assert_eq!(
            refused(|| drop(Conv2d::new(1, 1, 3).padding(-1))),
            "Conv2d: padding -1 is less than 0"
        );
        assert_eq!(
            refused(|| drop(Conv2d::new(1, 1, 3).stride(2).padding("same"))),
            "Conv2d: padding \"same\" needs stride 1, not 2"
        );
    }

    #[test]
    fn an_input_that_does_not_fit_is_refused_with_the_place_of_the_layer() {
        let net = sequential![Conv2d::new(1, 2, 3), ReLU, LazyConv2d::new(6, 5).groups(3)];
        let text = message(|| drop(net.forward(&Tensor::ones([1, 3, 8, 8]))));
        assert!(
            text.starts_with("conv2d: input [1, 3, 8, 8] has 3 channels")
                && text.contains("(in 0, Conv2d)\n  layer: Conv2d(1, 2,"),
            "{text}"
        );
        let text = message(|| drop(net.forward(&Tensor::ones([1, 1, 8, 8]))));
        assert!(
            text.contains("cannot be divided into 3 groups (in 2, LazyConv2d)"),
            "{text}"
        );
        let text = message(|| drop(net.forward(&Tensor::ones([8]))));
        assert!(
            text.contains("input [8] and weight [2, 1, 3, 3] should have 3 or 4"),
            "{text}"
        );
        let text = message(|| drop(LazyConv2d::new(4, 5).forward(&Tensor::ones([8]))));
        assert!(
            text.starts_with("conv2d: input [8] has no axis of channels"),
            "{text}"
        );
    }
}
