//! The greatest elements of windows.
use super::sizes::{Sizes, python};
use crate::Module;
use d2l_core::{IntoShape, Pool, Tensor};

macro_rules! max_pool {
    ($($(#[$doc:meta])* $name:ident $axes:literal $try_op:ident $try_indices:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            kernel: Sizes<$axes>,
            stride: Sizes<$axes>,
            padding: Sizes<$axes>,
            dilation: Sizes<$axes>,
            ceil_mode: bool,
        }

        impl $name {
            /// Windows of this size, side by side.
            ///
            /// # Panics
            /// If a size is less than 1, or there are not as many as axes.
            #[track_caller]
            pub fn new(kernel_size: impl IntoShape) -> $name {
                let kernel = Sizes::new(stringify!($name), "kernel_size", kernel_size, 1);
                $name {
                    kernel,
                    stride: kernel,
                    padding: Sizes::all(0),
                    dilation: Sizes::all(1),
                    ceil_mode: false,
                }
            }

            /// How far the window moves (its size).
            ///
            /// # Panics
            /// If a size is less than 1, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn stride(mut self, stride: impl IntoShape) -> $name {
                self.stride = Sizes::new(stringify!($name), "stride", stride, 1);
                self
            }

            /// Room around the input that no maximum sees (0), at most half the window.
            ///
            /// # Panics
            /// If a size is negative, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn padding(mut self, padding: impl IntoShape) -> $name {
                self.padding = Sizes::new(stringify!($name), "padding", padding, 0);
                self
            }

            /// Distance of neighbouring elements of the window (1).
            ///
            /// # Panics
            /// If a size is less than 1, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn dilation(mut self, dilation: impl IntoShape) -> $name {
                self.dilation = Sizes::new(stringify!($name), "dilation", dilation, 1);
                self
            }

            /// Whether a window may reach over the end (no): sizes are rounded up.
            #[must_use]
            pub fn ceil_mode(mut self, on: bool) -> $name {
                self.ceil_mode = on;
                self
            }

            /// The maxima, and where each is as a number within the axes of the window; PyTorch's
            /// `return_indices=True`.
            ///
            /// # Panics
            /// As [`forward`](Self::forward).
            #[track_caller]
            pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
                match x.$try_indices(&self.pool()) {
                    Ok(both) => both,
                    Err(e) => crate::module::fail(self, e),
                }
            }

            fn pool(&self) -> Pool {
                Pool::new(self.kernel.each)
                    .stride(self.stride.each)
                    .padding(self.padding.each)
                    .dilation(self.dilation.each)
                    .ceil_mode(self.ceil_mode)
            }

            fn line(&self) -> String {
                let $name { kernel, stride, padding, dilation, ceil_mode } = self;
                format!(
                    "{}(kernel_size={kernel}, stride={stride}, padding={padding}, dilation={dilation}, \
                     ceil_mode={})",
                    stringify!($name),
                    python(*ceil_mode)
                )
            }
        }

        forward! {
            /// The maxima.
            ///
            /// # Panics
            /// If the number of axes of `x` does not fit, the window does not fit into it, or `x` holds
            /// integers.
            $name, |this, x| x.$try_op(&this.pool())
        }
    )* };
}

max_pool! {
    /// The greatest element of each window along the last axis (PyTorch's `nn.MaxPool1d`):
    /// [`Tensor::max_pool1d`]. Shapes: `[.., c, l]` to `[.., c, l']` with
    /// `l' = ⌊(l + 2·padding - dilation·(kernel - 1) - 1) / stride⌋ + 1`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(MaxPool1d::new(2).forward(&x), Tensor::from([[3.0, 8.0]]));
    /// assert_eq!(MaxPool1d::new(2).forward_with_indices(&x).1, Tensor::from([[1, 3]]));
    /// ```
    MaxPool1d 1 try_max_pool1d try_max_pool1d_with_indices;
    /// The greatest element of each window of an image (PyTorch's `nn.MaxPool2d`, book 7.5):
    /// [`Tensor::max_pool2d`]. Shapes: `[.., c, h, w]` to `[.., c, h', w']`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(16).float().reshape([1, 1, 4, 4]);
    /// let pool = MaxPool2d::new((2, 3)).stride((2, 3)).padding((0, 1));
    /// assert_eq!(pool.forward(&x), Tensor::from([[[[5.0, 7.0], [13.0, 15.0]]]]));
    /// ```
    MaxPool2d 2 try_max_pool2d try_max_pool2d_with_indices;
    /// The greatest element of each window of a volume (PyTorch's `nn.MaxPool3d`):
    /// [`Tensor::max_pool3d`]. Shapes: `[.., c, d, h, w]` to `[.., c, d', h', w']`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(MaxPool3d::new(2).forward(&x).item(), 7.0);
    /// ```
    MaxPool3d 3 try_max_pool3d try_max_pool3d_with_indices;
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_pool_is_printed_as_in_pytorch() {
        assert_eq!(
            MaxPool2d::new(3).stride((2, 1)).repr().to_string(),
            "MaxPool2d(kernel_size=3, stride=(2, 1), padding=0, dilation=1, ceil_mode=False)"
        );
    }

    #[test]
    #[should_panic(
        expected = "max_pool2d: no output: the window [5, 5] does not fit the input [1, 4, 4] (in 0, MaxPool2d)"
    )]
    fn a_window_larger_than_the_input_is_refused() {
        let _ = sequential![MaxPool2d::new(5)].forward(&Tensor::ones([1, 4, 4]));
    }
}
