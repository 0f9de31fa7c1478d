//! The p-norms of windows.
use super::sizes::{Sizes, python};
use crate::Module;
use d2l_core::{IntoShape, Pool};

macro_rules! lp_pool {
    ($($(#[$doc:meta])* $name:ident $axes:literal $try_op:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            norm_type: f64,
            kernel: Sizes<$axes>,
            stride: Option<Sizes<$axes>>,
            ceil_mode: bool,
        }

        impl $name {
            /// Norms of order `norm_type` over windows of this size, side by side.
            ///
            /// # Panics
            /// If the order is 0, a size is less than 1, or there are not as many sizes as axes.
            #[track_caller]
            pub fn new(norm_type: impl Into<f64>, kernel_size: impl IntoShape) -> $name {
                let norm_type = norm_type.into();
                let named = norm_type != 0.0 && !norm_type.is_nan();
                assert!(named, "{}: there is no norm of order {norm_type}", stringify!($name));
                $name {
                    norm_type,
                    kernel: Sizes::new(stringify!($name), "kernel_size", kernel_size, 1),
                    stride: None,
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
                self.stride = Some(Sizes::new(stringify!($name), "stride", stride, 1));
                self
            }

            /// Whether a window may reach over the end (no): sizes are rounded up.
            #[must_use]
            pub fn ceil_mode(mut self, on: bool) -> $name {
                self.ceil_mode = on;
                self
            }

            fn pool(&self) -> Pool {
                Pool::new(self.kernel.each)
                    .stride(self.stride.unwrap_or(self.kernel).each)
                    .ceil_mode(self.ceil_mode)
            }

            fn line(&self) -> String {
                format!(
                    "{}(norm_type={}, kernel_size={}, stride={}, ceil_mode={})",
                    stringify!($name),
                    self.norm_type,
                    self.kernel,
                    self.stride.map_or("None".into(), |s| s.to_string()),
                    python(self.ceil_mode)
                )
            }
        }

        forward! {
            /// The norms.
            ///
            /// # Panics
            /// If the number of axes of `x` does not fit, the window does not fit into it, or `x` holds
            /// integers.
            $name, |this, x| x.$try_op(this.norm_type, &this.pool())
        }
    )* };
}

lp_pool! {
    /// `(Σ xᵖ)^(1/p)` over each window along the last axis (PyTorch's `nn.LPPool1d`):
    /// [`Tensor::lp_pool1d`](d2l_core::Tensor::lp_pool1d). Shapes: `[.., c, l]` to `[.., c, l']` with
    /// `l' = ⌊(l - kernel) / stride⌋ + 1`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[3.0, 4.0, 0.0, 2.0]]);
    /// assert_eq!(LPPool1d::new(2, 2).forward(&x), Tensor::from([[5.0, 2.0]]));
    /// ```
    LPPool1d 1 try_lp_pool1d;
    /// `(Σ xᵖ)^(1/p)` over each window of an image (PyTorch's `nn.LPPool2d`):
    /// [`Tensor::lp_pool2d`](d2l_core::Tensor::lp_pool2d).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = LPPool2d::new(1, 2).stride(1).forward(&Tensor::ones([1, 2, 3]));
    /// assert_eq!(y, Tensor::from([[[4.0, 4.0]]]));
    /// ```
    LPPool2d 2 try_lp_pool2d;
    /// `(Σ xᵖ)^(1/p)` over each window of a volume (PyTorch's `nn.LPPool3d`):
    /// [`Tensor::lp_pool3d`](d2l_core::Tensor::lp_pool3d).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = LPPool3d::new(3, 2).forward(&Tensor::ones([1, 2, 2, 2]));
    /// assert_eq!(y.item(), 2.0);
    /// ```
    LPPool3d 3 try_lp_pool3d;
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_pool_is_printed_as_in_pytorch() {
        assert_eq!(
            LPPool2d::new(2, (3, 2)).repr().to_string(),
            "LPPool2d(norm_type=2, kernel_size=(3, 2), stride=None, ceil_mode=False)"
        );
    }

    #[test]
    #[should_panic(expected = "LPPool1d: there is no norm of order 0")]
    fn an_order_of_0_is_refused() {
        let _ = LPPool1d::new(0, 2);
    }
}
