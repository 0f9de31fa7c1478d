//! Pools whose windows follow from the size of the result.
use super::sizes::tuple;
use crate::Module;
use d2l_core::{IntoOutput, Tensor};

/// What an adaptive pool is to give: a size for each axis, none to keep the input's.
#[derive(Clone, Copy, Debug)]
struct Target<const N: usize> {
    each: [Option<usize>; N],
    single: bool,
}

impl<const N: usize> Target<N> {
    #[track_caller]
    fn new(layer: &str, size: impl IntoOutput) -> Target<N> {
        let sizes = size.sizes();
        let n = sizes.len();
        assert!(
            n == 1 || n == N,
            "{layer}: output_size has {n} sizes, not {}",
            if N == 1 {
                "1".into()
            } else {
                format!("1 or {N}")
            }
        );
        if let Some(bad) = sizes.iter().flatten().find(|&&s| s < 0) {
            panic!("{layer}: output_size {bad} is negative");
        }
        Target {
            each: std::array::from_fn(|i| sizes[i.min(n - 1)].map(|s| s as usize)),
            single: n == 1,
        }
    }

    fn line(&self, layer: &str) -> String {
        let each = self
            .each
            .map(|s| s.map_or("None".into(), |s| s.to_string()));
        let size = if self.single {
            each[0].clone()
        } else {
            tuple(&each)
        };
        format!("{layer}(output_size={size})")
    }
}

macro_rules! adaptive_pool {
    ($($(#[$doc:meta])* $name:ident $axes:literal $try_op:ident $($try_indices:ident)?;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            target: Target<$axes>,
        }

        impl $name {
            /// A result of this size; one is for all axes, and `None` keeps the input's.
            ///
            /// # Panics
            /// If a size is negative, or there are not as many as axes.
            #[track_caller]
            pub fn new(output_size: impl IntoOutput) -> $name {
                let target = Target::new(stringify!($name), output_size);
                $name { target }
            }

            $(
                /// The maxima, and where each is as a number within the axes of the window; PyTorch's
                /// `return_indices=True`.
                ///
                /// # Panics
                /// As [`forward`](Self::forward).
                #[track_caller]
                pub fn forward_with_indices(&self, x: &Tensor) -> (Tensor, Tensor) {
                    match x.$try_indices(self.target.each) {
                        Ok(both) => both,
                        Err(e) => crate::module::fail(self, e),
                    }
                }
            )?

            fn line(&self) -> String {
                self.target.line(stringify!($name))
            }
        }

        forward! {
            /// The pooled input.
            ///
            /// # Panics
            /// If the number of axes of `x` does not fit, or `x` holds integers.
            $name, |this, x| x.$try_op(this.target.each)
        }
    )* };
}

adaptive_pool! {
    /// Means of windows along the last axis, chosen so that there are `output_size` of them (PyTorch's
    /// `nn.AdaptiveAvgPool1d`): [`Tensor::adaptive_avg_pool1d`]. Shapes: `[.., c, l]` to
    /// `[.., c, output_size]`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(AdaptiveAvgPool1d::new(2).forward(&x), Tensor::from([[2.0, 5.0]]));
    /// ```
    AdaptiveAvgPool1d 1 try_adaptive_avg_pool1d;
    /// Means of windows of an image (PyTorch's `nn.AdaptiveAvgPool2d`); with `1` the global mean, book
    /// 8.3: [`Tensor::adaptive_avg_pool2d`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::ones([4, 10, 5, 5]);
    /// assert_eq!(AdaptiveAvgPool2d::new(1).forward(&x), Tensor::ones([4, 10, 1, 1]));
    /// assert_eq!(AdaptiveAvgPool2d::new((Some(3), None)).forward(&x).shape(), [4, 10, 3, 5]);
    /// ```
    AdaptiveAvgPool2d 2 try_adaptive_avg_pool2d;
    /// Means of windows of a volume (PyTorch's `nn.AdaptiveAvgPool3d`): [`Tensor::adaptive_avg_pool3d`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(AdaptiveAvgPool3d::new(1).forward(&x).item(), 3.5);
    /// ```
    AdaptiveAvgPool3d 3 try_adaptive_avg_pool3d;
    /// The greatest elements of windows along the last axis, chosen so that there are `output_size` of
    /// them (PyTorch's `nn.AdaptiveMaxPool1d`): [`Tensor::adaptive_max_pool1d`]. Shapes: `[.., c, l]` to
    /// `[.., c, output_size]`.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// let (y, at) = AdaptiveMaxPool1d::new(2).forward_with_indices(&x);
    /// assert_eq!((y, at), (Tensor::from([[3.0, 8.0]]), Tensor::from([[1, 3]])));
    /// ```
    AdaptiveMaxPool1d 1 try_adaptive_max_pool1d try_adaptive_max_pool1d_with_indices;
    /// The greatest elements of windows of an image (PyTorch's `nn.AdaptiveMaxPool2d`):
    /// [`Tensor::adaptive_max_pool2d`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// let y = AdaptiveMaxPool2d::new(2).forward(&x);
    /// assert_eq!(y, Tensor::from([[[4.0, 5.0], [7.0, 8.0]]]));
    /// ```
    AdaptiveMaxPool2d 2 try_adaptive_max_pool2d try_adaptive_max_pool2d_with_indices;
    /// The greatest elements of windows of a volume (PyTorch's `nn.AdaptiveMaxPool3d`):
    /// [`Tensor::adaptive_max_pool3d`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(AdaptiveMaxPool3d::new(1).forward(&x).item(), 7.0);
    /// ```
    AdaptiveMaxPool3d 3 try_adaptive_max_pool3d try_adaptive_max_pool3d_with_indices;
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn pools_are_printed_as_in_pytorch() {
        let line = |m: &dyn Module| m.leaf_repr().unwrap();
        assert_eq!(
            line(&AdaptiveAvgPool2d::new(1)),
            "AdaptiveAvgPool2d(output_size=1)"
        );
        assert_eq!(
            line(&AdaptiveMaxPool2d::new((Some(3), None))),
            "AdaptiveMaxPool2d(output_size=(3, None))"
        );
    }

    #[test]
    #[should_panic(expected = "AdaptiveAvgPool2d: output_size has 3 sizes, not 1 or 2")]
    fn sizes_are_counted() {
        let _ = AdaptiveAvgPool2d::new((1, 2, 3));
    }
}
