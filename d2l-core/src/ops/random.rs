//! Random numbers written into a tensor: how parameters are initialised.
use crate::{
    Tensor,
    error::ok,
    rng::{self, Floats, Stream},
    tensor::float,
};

impl Tensor {
    /// Overwrites with normal random numbers; PyTorch's `normal_`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2]).normal_(5, 0), Tensor::from([5.0, 5.0]));
    /// ```
    ///
    /// # Panics
    /// If `std` is negative or NaN, for integers, or if the tensor is part of a graph that is
    /// being recorded.
    #[track_caller]
    pub fn normal_(&self, mean: impl Into<f64>, std: impl Into<f64>) -> Tensor {
        let (mean, std) = (mean.into(), std.into());
        assert!(
            std >= 0.0,
            "normal_: the standard deviation {std} is negative or NaN"
        );
        ok!(self.check_in_place("normal_"));
        self.randomize("normal_", |s, out| s.fill_normal(out, mean, std))
    }

    /// Overwrites with uniform random numbers from `[low, high)`; PyTorch's `uniform_`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([100]).uniform_(-1, 1);
    /// assert!(x.ge(-1).all() && x.lt(1).all());
    /// ```
    ///
    /// # Panics
    /// If `low` is above `high`, or as [`Tensor::normal_`].
    #[track_caller]
    pub fn uniform_(&self, low: impl Into<f64>, high: impl Into<f64>) -> Tensor {
        let (low, high) = (low.into(), high.into());
        assert!(
            low <= high,
            "uniform_: the range {low}..{high} is empty or NaN"
        );
        ok!(self.check_in_place("uniform_"));
        self.randomize("uniform_", |s, out| s.fill_uniform(out, low, high))
    }

    /// Overwrites with 1, with probability `p`, and 0 elsewhere; PyTorch's `bernoulli_`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2]).bernoulli_(1), Tensor::from([1.0, 1.0]));
    /// ```
    ///
    /// # Panics
    /// If `p` is outside of 0..=1, for integers, or if the tensor is part of a graph that is being
    /// recorded.
    #[track_caller]
    pub fn bernoulli_(&self, p: impl Into<f64>) -> Tensor {
        ok!(self.check_in_place("bernoulli_"));
        ok!(self.check_float("bernoulli_"));
        let drawn = self.detach().full_like(p.into()).bernoulli();
        ok!(self.assign("bernoulli_", (&drawn).into()));
        self.clone()
    }

    #[track_caller]
    fn randomize(&self, op: &'static str, fill: impl FnOnce(Stream, Floats<'_>)) -> Tensor {
        ok!(self.check_float(op));
        let stream = rng::next_stream();
        let new = float!(self.dtype(), T => Tensor::build::<T>(self.dtype(), *self.dims(), |out| fill(stream, out.into())));
        ok!(self.assign(op, (&new).into()));
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, manual_seed};

    #[test]
    fn a_seed_fixes_the_numbers() {
        let draw = || {
            manual_seed(3);
            (
                Tensor::zeros([5]).normal_(0.0, 1.0),
                Tensor::zeros([5]).uniform_(-1.0, 1.0),
            )
        };
        assert_eq!(draw(), draw());
        let (_, u) = draw();
        assert!(u.ge(-1.0).all() && u.lt(1.0).all());
    }
}
