//! Channels exchanged for resolution, and among each other.
use crate::Module;

macro_rules! shuffle {
    ($($(#[$doc:meta])* $name:ident($arg:ident) $try_op:ident;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            $arg: usize,
        }

        impl $name {
            /// By this number.
            ///
            /// # Panics
            /// For 0.
            #[track_caller]
            pub fn new($arg: usize) -> $name {
                assert!($arg > 0, "{}: {} must not be 0", stringify!($name), stringify!($arg));
                $name { $arg }
            }

            fn line(&self) -> String {
                format!("{}({}={})", stringify!($name), stringify!($arg), self.$arg)
            }
        }

        forward! {
            /// The elements of `x` in their new places.
            ///
            /// # Panics
            /// If the number of axes, or a size, does not fit.
            $name, |this, x| x.$try_op(this.$arg)
        }
    )* };
}

shuffle! {
    /// `[.., c·r², h, w]` to `[.., c, h·r, w·r]`: each pixel becomes a square of `r × r` from as many
    /// channels (PyTorch's `nn.PixelShuffle`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[[1]], [[2]], [[3]], [[4]]]);
    /// assert_eq!(PixelShuffle::new(2).forward(&x), Tensor::from([[[1, 2], [3, 4]]]));
    /// ```
    PixelShuffle(upscale_factor) try_pixel_shuffle;
    /// The inverse of [`PixelShuffle`]: `[.., c, h·r, w·r]` to `[.., c·r², h, w]` (PyTorch's
    /// `nn.PixelUnshuffle`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([[[1, 2], [3, 4]]]);
    /// assert_eq!(PixelUnshuffle::new(2).forward(&x), Tensor::from([[[1]], [[2]], [[3]], [[4]]]));
    /// ```
    PixelUnshuffle(downscale_factor) try_pixel_unshuffle;
    /// The channels of `[n, channels, ..]` dealt out anew: first the first of each group, then the
    /// second of each, and so on (PyTorch's `nn.ChannelShuffle`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::arange(4).reshape([1, 4, 1]);
    /// assert_eq!(ChannelShuffle::new(2).forward(&x).flatten(), Tensor::from([0, 2, 1, 3]));
    /// ```
    ChannelShuffle(groups) try_channel_shuffle;
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        assert_eq!(
            PixelShuffle::new(3).repr().to_string(),
            "PixelShuffle(upscale_factor=3)"
        );
    }

    #[test]
    #[should_panic(expected = "(in 0, PixelShuffle)")]
    fn channels_must_make_squares() {
        let _ = sequential![PixelShuffle::new(2)].forward(&Tensor::ones([3, 2, 2]));
    }
}
