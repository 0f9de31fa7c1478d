//! The means of windows.
use super::sizes::Sizes;
use crate::Module;
use d2l_core::{IntoShape, Pool};

macro_rules! avg_pool {
    ($($(#[$doc:meta])* $name:ident $axes:literal $try_op:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            kernel: Sizes<$axes>,
            stride: Sizes<$axes>,
            padding: Sizes<$axes>,
            ceil_mode: bool,
            count_include_pad: bool,
            divisor: Option<i64>,
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
                    ceil_mode: false,
                    count_include_pad: true,
                    divisor: None,
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

            /// Zeros around the input (0), at most half the window.
            ///
            /// # Panics
            /// If a size is negative, or there are not as many as axes.
            #[must_use]
            #[track_caller]
            pub fn padding(mut self, padding: impl IntoShape) -> $name {
                self.padding = Sizes::new(stringify!($name), "padding", padding, 0);
                self
            }

            /// Whether a window may reach over the end (no): sizes are rounded up.
            #[must_use]
            pub fn ceil_mode(mut self, on: bool) -> $name {
                self.ceil_mode = on;
                self
            }

            /// Whether the zeros of the padding are counted (yes).
            #[must_use]
            pub fn count_include_pad(mut self, on: bool) -> $name {
                self.count_include_pad = on;
                self
            }

            /// By what a sum is divided, instead of the number of elements.
            ///
            /// # Panics
            /// If it is 0.
            #[must_use]
            #[track_caller]
            pub fn divisor_override(mut self, divisor: i64) -> $name {
                assert!(divisor != 0, "{}: divisor_override must not be 0", stringify!($name));
                self.divisor = Some(divisor);
                self
            }

            fn pool(&self) -> Pool {
                let pool = Pool::new(self.kernel.each)
                    .stride(self.stride.each)
                    .padding(self.padding.each)
                    .ceil_mode(self.ceil_mode)
                    .count_include_pad(self.count_include_pad);
                self.divisor.map_or(pool, |d| pool.divisor_override(d))
            }

            fn line(&self) -> String {
                line(stringify!($name), [self.kernel, self.stride, self.padding])
            }
        }

        forward! {
            /// The means.
            ///
            /// # Panics
            /// If the number of axes of `x` does not fit, the window does not fit into it, or `x` holds
            /// integers.
            $name, |this, x| x.$try_op(&this.pool())
        }
    )* };
}

avg_pool! {
    /// The mean of each window along the last axis (PyTorch's `nn.AvgPool1d`):
    /// [`Tensor::avg_pool1d`](d2l_core::Tensor::avg_pool1d). Shapes: `[.., c, l]` to `[.., c, l']` with
    /// `l' = ⌊(l + 2·padding - kernel) / stride⌋ + 1`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(AvgPool1d::new(2).forward(&x), Tensor::from([[2.0, 5.0]]));
    /// ```
    AvgPool1d 1 try_avg_pool1d;
    /// The mean of each window of an image (PyTorch's `nn.AvgPool2d`, book 7.5):
    /// [`Tensor::avg_pool2d`](d2l_core::Tensor::avg_pool2d). Shapes: `[.., c, h, w]` to
    /// `[.., c, h', w']`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// let y = AvgPool2d::new(2).stride(1).forward(&x);
    /// assert_eq!(y, Tensor::from([[[2.0, 3.0], [5.0, 6.0]]]));
    /// ```
    AvgPool2d 2 try_avg_pool2d;
    /// The mean of each window of a volume (PyTorch's `nn.AvgPool3d`):
    /// [`Tensor::avg_pool3d`](d2l_core::Tensor::avg_pool3d). Shapes: `[.., c, d, h, w]` to
    /// `[.., c, d', h', w']`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(AvgPool3d::new(2).forward(&x).item(), 3.5);
    /// ```
    AvgPool3d 3 try_avg_pool3d;
}

/// PyTorch prints tuples over one axis, and what it was given over several.
fn line<const N: usize>(name: &str, [kernel, stride, padding]: [Sizes<N>; 3]) -> String {
    let text = |s: Sizes<N>| if N == 1 { s.tuple() } else { s.to_string() };
    format!(
        "{name}(kernel_size={}, stride={}, padding={})",
        text(kernel),
        text(stride),
        text(padding)
    )
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn pools_are_printed_as_in_pytorch() {
        assert_eq!(
            AvgPool2d::new(3).stride(2).repr().to_string(),
            "AvgPool2d(kernel_size=3, stride=2, padding=0)"
        );
        assert_eq!(
            AvgPool1d::new(3).padding(1).repr().to_string(),
            "AvgPool1d(kernel_size=(3,), stride=(3,), padding=(1,))"
        );
    }
}
