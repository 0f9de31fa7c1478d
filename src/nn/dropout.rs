//! Dropout: random zeros in training.
use super::sizes::float;
use crate::{Module, module::Mode};
use d2l_core::{Error, ErrorKind, Tensor};

macro_rules! dropout {
    ($($(#[$doc:meta])* $name:ident, |$this:ident, $x:ident| $result:expr;)*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            p: f64,
            mode: Mode,
        }

        impl $name {
            /// A layer that drops with this probability (PyTorch's default: 0.5).
            ///
            /// # Panics
            /// If it is not between 0 and 1.
            #[track_caller]
            pub fn new(p: impl Into<f64>) -> $name {
                let p = p.into();
                let possible = (0.0..=1.0).contains(&p);
                assert!(possible, "{}: the probability {p} is not between 0 and 1", stringify!($name));
                $name { p, mode: Mode::default() }
            }

            fn line(&self) -> String {
                format!("{}(p={}, inplace=False)", stringify!($name), float(self.p))
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new(0.5)
            }
        }

        forward! {
            /// In training `x` with zeros, in evaluation `x`.
            ///
            /// # Panics
            /// If the number of axes of `x` does not fit, or it holds integers.
            $name, |$this, $x| $result
        }
    )* };
}

dropout! {
    /// In training every element becomes 0 with probability `p`, the others are divided by `1 - p`; in
    /// evaluation nothing happens (PyTorch's `nn.Dropout`, book 5.6): [`Tensor::dropout`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let (layer, x) = (Dropout::new(0.5), Tensor::ones([1000]));
    /// let zeros = layer.forward(&x).eq(0.0).sum().item();
    /// assert!(400.0 < zeros && zeros < 600.0);
    /// layer.eval();
    /// assert_eq!(layer.forward(&x), x);
    /// ```
    Dropout, |this, x| x.try_dropout(this.p, this.mode.is_training());
    /// [`Dropout`] of whole channels of sequences `[n, channels, l]` or `[channels, l]` (PyTorch's
    /// `nn.Dropout1d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = Dropout1d::new(0.5).forward(&Tensor::ones([8, 8, 2]));
    /// assert_eq!(y.narrow(2, 0, 1), y.narrow(2, 1, 1));
    /// ```
    Dropout1d, |this, x| of_channels("dropout1d", x, this.p, &this.mode, [3, 2]);
    /// [`Dropout`] of whole channels of images `[n, channels, h, w]` (PyTorch's `nn.Dropout2d`); three
    /// axes are `[n, channels, l]`, as there.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = Dropout2d::new(0.5).forward(&Tensor::ones([8, 8, 1, 2]));
    /// assert_eq!(y.narrow(3, 0, 1), y.narrow(3, 1, 1));
    /// ```
    Dropout2d, |this, x| match x.dim() {
        3 => x.try_feature_dropout(this.p, this.mode.is_training()),
        _ => of_channels("dropout2d", x, this.p, &this.mode, [4, 4]),
    };
    /// [`Dropout`] of whole channels of volumes `[n, channels, d, h, w]` or `[channels, d, h, w]`
    /// (PyTorch's `nn.Dropout3d`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = Dropout3d::new(0.5).forward(&Tensor::ones([8, 1, 1, 2]));
    /// assert_eq!(y.narrow(3, 0, 1), y.narrow(3, 1, 1));
    /// ```
    Dropout3d, |this, x| of_channels("dropout3d", x, this.p, &this.mode, [5, 4]);
    /// Dropout for [`SELU`](super::SELU), which keeps mean 0 and variance 1 (PyTorch's
    /// `nn.AlphaDropout`): [`Tensor::alpha_dropout`].
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = AlphaDropout::new(0.3).forward(&Tensor::randn([10000]));
    /// assert!(y.mean().item().abs() < 0.1);
    /// ```
    AlphaDropout, |this, x| x.try_alpha_dropout(this.p, this.mode.is_training());
    /// [`AlphaDropout`] of whole channels `[n, channels, ..]` (PyTorch's `nn.FeatureAlphaDropout`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let y = FeatureAlphaDropout::new(0.5).forward(&Tensor::ones([8, 8, 2]));
    /// assert_eq!(y.narrow(2, 0, 1), y.narrow(2, 1, 1));
    /// ```
    FeatureAlphaDropout, |this, x| x.try_feature_alpha_dropout(this.p, this.mode.is_training());
}

/// Dropout of channels of a batch, or of one example without its axis.
fn of_channels(
    op: &'static str,
    x: &Tensor,
    p: f64,
    mode: &Mode,
    [batch, alone]: [usize; 2],
) -> Result<Tensor, Error> {
    let training = mode.is_training();
    if x.dim() == batch {
        x.try_feature_dropout(p, training)
    } else if x.dim() == alone {
        Ok(x.unsqueeze(0).try_feature_dropout(p, training)?.squeeze(0))
    } else {
        let why = format!("input {:?} has {} axes", x.shape(), x.dim());
        Err(Error::new(op, ErrorKind::Shape, why))
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn channels_without_a_batch_are_dropped_one_by_one() {
        manual_seed(1);
        let (x, y) = (
            Tensor::ones([64, 3]),
            Dropout1d::new(0.5).forward(&Tensor::ones([64, 3])),
        );
        let kept = y.i((.., 0)).ne(0.0).sum().item();
        assert!(0.0 < kept && kept < 64.0, "{kept}");
        assert_eq!(y.i((.., 0)), y.i((.., 2)));
        let whole = Dropout2d::new(0.5).forward(&x.unsqueeze(0));
        assert_eq!(whole.i((.., .., 0)), whole.i((.., .., 2)));
    }

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            Dropout::new(0.5).repr().to_string(),
            "Dropout(p=0.5, inplace=False)"
        );
        assert_eq!(
            Dropout2d::new(1).repr().to_string(),
            "Dropout2d(p=1.0, inplace=False)"
        );
    }

    #[test]
    #[should_panic(expected = "Dropout: the probability 1.5 is not between 0 and 1")]
    fn probabilities_are_checked() {
        let _ = Dropout::new(1.5);
    }

    #[test]
    #[should_panic(expected = "dropout3d: input [2] has 1 axes (in 0, Dropout3d)")]
    fn axes_are_counted() {
        let _ = sequential![Dropout3d::new(0.5)].forward(&Tensor::ones([2]));
    }
}
