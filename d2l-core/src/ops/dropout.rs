//! Dropout: random zeros while training.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::{elementwise::formula::with_drawn, random::Keep},
    rng,
    tensor::{Dims, float},
};
use d2l_macros::elementwise;

/// `keep` is 1 or 0, and drawn on the way instead of being a tensor.
#[elementwise(crate = crate, test = -3.0..3.0)]
fn dropout(x: f32, keep: f32, #[scalar] scale: f32) -> f32 {
    if keep == 0.0 { 0.0 } else { scale * x }
}

impl Tensor {
    /// While `training`, 0 with probability `p` and `x / (1 - p)` else, element by element; the same
    /// tensor if not (PyTorch's `nn.functional.dropout`; book 5.6). Which elements are dropped
    /// depends on the generator ([`crate::manual_seed`]) alone, not on the number of threads.
    ///
    /// # Panics
    /// If `p` is not between 0 and 1, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::ones([1000]);
    /// let y = x.dropout(0.5, true);
    /// let kept = y.eq(2.0).sum().item();
    /// assert!(400.0 < kept && kept < 600.0 && y.eq(0.0).sum().item() == 1000.0 - kept);
    /// assert!(x.dropout(0.5, false).same(&x));
    /// ```
    #[track_caller]
    pub fn dropout(&self, p: f64, training: bool) -> Tensor {
        ok!(self.try_dropout(p, training))
    }

    /// [`Tensor::dropout`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::dropout`].
    pub fn try_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        check("dropout", self, p)?;
        if !training || p == 0.0 {
            return Ok(self.clone());
        }
        let drops = Drops::new(p);
        Ok(drops.apply(&self.contiguous()))
    }

    /// [`Tensor::dropout`] of whole channels: all of `[n, channels, ..]` behind the first two axes
    /// stays or goes together (PyTorch's `nn.functional.dropout1d`, `dropout2d`, `dropout3d`).
    ///
    /// # Panics
    /// If there are less than two axes, `p` is not between 0 and 1, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::ones([8, 8, 2]).feature_dropout(0.5, true);
    /// assert_eq!(y.narrow(2, 0, 1), y.narrow(2, 1, 1));
    /// ```
    #[track_caller]
    pub fn feature_dropout(&self, p: f64, training: bool) -> Tensor {
        ok!(self.try_feature_dropout(p, training))
    }

    /// [`Tensor::feature_dropout`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::feature_dropout`].
    pub fn try_feature_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        check("feature_dropout", self, p)?;
        let shape = channels("feature_dropout", self)?;
        if !training || p == 0.0 {
            return Ok(self.clone());
        }
        Ok(self * Drops::new(p).apply(&Tensor::filled(shape, 1.0, self.dtype())))
    }

    /// Dropout for [`Tensor::selu`], which keeps mean 0 and variance 1: what is dropped becomes the
    /// value that SELU has far below 0, and everything is scaled and shifted (PyTorch's
    /// `nn.functional.alpha_dropout`).
    ///
    /// # Panics
    /// If `p` is not between 0 and 1, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::randn([10000]).alpha_dropout(0.3, true);
    /// assert!(y.mean().item().abs() < 0.1 && (y.square().mean().item() - 1.0).abs() < 0.1);
    /// ```
    #[track_caller]
    pub fn alpha_dropout(&self, p: f64, training: bool) -> Tensor {
        ok!(self.try_alpha_dropout(p, training))
    }

    /// [`Tensor::alpha_dropout`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::alpha_dropout`].
    pub fn try_alpha_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        check("alpha_dropout", self, p)?;
        Ok(self.saturated(p, training, *self.dims()))
    }

    /// [`Tensor::alpha_dropout`] of whole channels (PyTorch's
    /// `nn.functional.feature_alpha_dropout`).
    ///
    /// # Panics
    /// As [`Tensor::feature_dropout`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::ones([8, 8, 2]).feature_alpha_dropout(0.5, true);
    /// assert_eq!(y.narrow(2, 0, 1), y.narrow(2, 1, 1));
    /// ```
    #[track_caller]
    pub fn feature_alpha_dropout(&self, p: f64, training: bool) -> Tensor {
        ok!(self.try_feature_alpha_dropout(p, training))
    }

    /// [`Tensor::feature_alpha_dropout`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::feature_alpha_dropout`].
    pub fn try_feature_alpha_dropout(&self, p: f64, training: bool) -> Result<Tensor> {
        check("feature_alpha_dropout", self, p)?;
        let shape = channels("feature_alpha_dropout", self)?;
        Ok(self.saturated(p, training, shape))
    }

    fn saturated(&self, p: f64, training: bool, shape: Dims) -> Tensor {
        /// What SELU approaches far below 0: its two constants multiplied.
        const LOW: f64 = -1.758_099_340_847_376_6;
        if !training || p == 0.0 {
            return self.clone();
        }
        if p == 1.0 {
            return self * 0.0;
        }
        let kept = Drops::new(p)
            .apply(&Tensor::filled(shape, 1.0, self.dtype()))
            .ne(0.0);
        let scale = ((LOW * LOW * p + 1.0) * (1.0 - p)).sqrt().recip();
        let kept = kept.to_dtype(self.dtype());
        self * &kept * scale + ((1.0 - &kept) * LOW - LOW * p) * scale
    }
}

fn check(op: &'static str, x: &Tensor, p: f64) -> Result<()> {
    x.check_float(op)?;
    if !(0.0..=1.0).contains(&p) {
        bail!(op, Value, "the probability {p} is not between 0 and 1");
    }
    Ok(())
}

/// The shape of one number for each channel of each example.
fn channels(op: &'static str, x: &Tensor) -> Result<Dims> {
    if x.dim() < 2 {
        bail!(op, Shape, "needs a batch and channels, not {:?}", x.shape());
    }
    Ok((2..x.dim()).fold(*x.dims(), |shape, a| shape.with(a, 1)))
}

/// Which elements are dropped, drawn again for the gradient instead of being kept; and what the others
/// are multiplied with.
#[derive(Clone, Copy)]
struct Drops {
    keep: Keep,
    scale: f64,
}

impl Drops {
    fn new(p: f64) -> Drops {
        let (key, path) = rng::next_stream().place();
        // Words below the limit drop their element.
        let limit = (p * 2f64.powi(32)).round() as u64;
        let scale = if p == 1.0 { 0.0 } else { (1.0 - p).recip() };
        let keep = Keep { key, path, limit };
        Drops { keep, scale }
    }

    fn apply(self, x: &Tensor) -> Tensor {
        let values = x.contiguous_raw();
        let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
            with_drawn::<dropout, T>(&values.read::<T>(), self.keep, self.scale as T, out);
        }));
        y.record("dropout", [x], move |g, _| [Some(self.apply(g))])
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, manual_seed, testing::gradcheck_test};
    gradcheck_test!(
        dropout,
        |x| {
            manual_seed(3);
            x.dropout(0.4, true) * x
        },
        [3, 40]
    );
    gradcheck_test!(
        dropout_of_channels,
        |x| {
            manual_seed(3);
            x.feature_dropout(0.4, true) + x.feature_alpha_dropout(0.4, true) * x
        },
        [3, 4, 2]; no scalar
    );
    gradcheck_test!(
        alpha_dropout,
        |x| {
            manual_seed(3);
            x.alpha_dropout(0.4, true) * x
        },
        [3, 4]
    );

    #[test]
    fn everything_is_dropped_at_1() {
        let x = Tensor::ones([100]);
        assert_eq!(x.dropout(1.0, true), Tensor::zeros([100]));
        assert_eq!(x.alpha_dropout(1.0, true), Tensor::zeros([100]));
    }

    #[test]
    fn drops_are_independent_of_threads() {
        let draw = |threads| {
            crate::runtime::set_num_threads(threads);
            manual_seed(5);
            Tensor::ones([100_003]).dropout(0.25, true)
        };
        let y = draw(1);
        assert_eq!(y, draw(3));
        let dropped = y.eq(0.0).sum().item();
        assert!((dropped - 25_000.0).abs() < 800.0, "{dropped}");
    }

    #[test]
    #[should_panic(expected = "dropout: the probability 1.5 is not between 0 and 1")]
    fn probabilities_are_checked() {
        let _ = Tensor::ones([1]).dropout(1.5, true);
    }
}
