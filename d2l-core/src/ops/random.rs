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
    /// # Panics
    /// If `std` is negative or NaN, for integers, or if the tensor is part of a graph that is
    /// being recorded.
    #[track_caller]
    pub fn normal_(&self, mean: f64, std: f64) -> Tensor {
        assert!(std >= 0.0, "normal_: the standard deviation {std} is negative or NaN");
        ok!(self.check_in_place("normal_"));
        self.randomize("normal_", |s, out| s.fill_normal(out, mean, std))
    }

    /// Overwrites with uniform random numbers from `[low, high)`; PyTorch's `uniform_`.
    ///
    /// # Panics
    /// If `low` is above `high`, or as [`Tensor::normal_`].
    #[track_caller]
    pub fn uniform_(&self, low: f64, high: f64) -> Tensor {
        assert!(low <= high, "uniform_: the range {low}..{high} is empty or NaN");
        ok!(self.check_in_place("uniform_"));
        self.randomize("uniform_", |s, out| s.fill_uniform(out, low, high))
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
            (Tensor::zeros([5]).normal_(0.0, 1.0), Tensor::zeros([5]).uniform_(-1.0, 1.0))
        };
        assert_eq!(draw(), draw());
        let (_, u) = draw();
        assert!(u.ge(-1.0).all() && u.lt(1.0).all());
    }
}
