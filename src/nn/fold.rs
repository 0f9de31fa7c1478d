//! Patches of images as columns, and back.
use super::sizes::Sizes;
use crate::Module;
use d2l_core::{IntoShape, Patches};

macro_rules! patches {
    ($($(#[$doc:meta])* $name:ident { $($output:ident)? }, |$this:ident, $x:ident| $result:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            $($output: Sizes<2>,)?
            kernel: Sizes<2>,
            dilation: Sizes<2>,
            padding: Sizes<2>,
            stride: Sizes<2>,
        }

        impl $name {
            /// Patches of this size, one at every place.
            ///
            /// # Panics
            /// If a size is less than 1, or there are not one or two.
            #[track_caller]
            pub fn new($($output: impl IntoShape,)? kernel_size: impl IntoShape) -> $name {
                $name {
                    $($output: Sizes::new(stringify!($name), stringify!($output), $output, 1),)?
                    kernel: Sizes::new(stringify!($name), "kernel_size", kernel_size, 1),
                    dilation: Sizes::all(1),
                    padding: Sizes::all(0),
                    stride: Sizes::all(1),
                }
            }

            /// The distance of neighbouring elements of a patch (1).
            ///
            /// # Panics
            /// If a size is less than 1, or there are not one or two.
            #[must_use]
            #[track_caller]
            pub fn dilation(mut self, dilation: impl IntoShape) -> $name {
                self.dilation = Sizes::new(stringify!($name), "dilation", dilation, 1);
                self
            }

            /// Zeros on both sides (0).
            ///
            /// # Panics
            /// If a size is negative, or there are not one or two.
            #[must_use]
            #[track_caller]
            pub fn padding(mut self, padding: impl IntoShape) -> $name {
                self.padding = Sizes::new(stringify!($name), "padding", padding, 0);
                self
            }

            /// The distance of neighbouring patches (1).
            ///
            /// # Panics
            /// If a size is less than 1, or there are not one or two.
            #[must_use]
            #[track_caller]
            pub fn stride(mut self, stride: impl IntoShape) -> $name {
                self.stride = Sizes::new(stringify!($name), "stride", stride, 1);
                self
            }

            fn patches(&self) -> Patches {
                Patches::new(self.kernel.each)
                    .dilation(self.dilation.each)
                    .padding(self.padding.each)
                    .stride(self.stride.each)
            }

            fn line(&self) -> String {
                let first = String::new() $(+ &format!("{}={}, ", stringify!($output), self.$output))?;
                let $name { kernel, dilation, padding, stride, .. } = self;
                format!(
                    "{}({first}kernel_size={kernel}, dilation={dilation}, padding={padding}, stride={stride})",
                    stringify!($name)
                )
            }
        }

        forward! {
            /// The rearranged input.
            ///
            /// # Panics
            /// If the number of axes or the sizes of `x` do not fit.
            $name, |$this, $x| $result
        }
    )* };
}

patches! {
    /// All patches of images `[n, channels, h, w]` or `[channels, h, w]` as columns
    /// `[.., channels · patch height · patch width, patches]` (PyTorch's `nn.Unfold`):
    /// [`Tensor::im2col`](d2l_core::Tensor::im2col).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(9).reshape([1, 3, 3]);
    /// assert_eq!(Unfold::new(2).forward(&x).t().i(0), Tensor::from([0, 1, 3, 4]));
    /// ```
    Unfold {}, |this, x| x.try_im2col(this.patches());
    /// The transpose of [`Unfold`]: columns back to images of this size, where patches overlap added up
    /// (PyTorch's `nn.Fold`): [`Tensor::col2im`](d2l_core::Tensor::col2im).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = Fold::new((2, 3), 2).forward(&Tensor::ones([4, 2]));
    /// assert_eq!(y, Tensor::from([[[1.0, 2.0, 1.0], [1.0, 2.0, 1.0]]]));
    /// ```
    Fold { output_size }, |this, x| x.try_col2im(this.output_size.each, this.patches());
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        assert_eq!(
            Fold::new((4, 5), 2).repr().to_string(),
            "Fold(output_size=(4, 5), kernel_size=2, dilation=1, padding=0, stride=1)"
        );
        assert_eq!(
            Unfold::new((2, 3)).padding(1).repr().to_string(),
            "Unfold(kernel_size=(2, 3), dilation=1, padding=1, stride=1)"
        );
    }
}
