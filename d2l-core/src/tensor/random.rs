//! Tensors of random numbers.
//!
//! Each call takes the next stream of the thread's default generator: what it gives depends on the
//! seed and on the calls before, never on the number of threads.
use super::{DType, Dims, IntoShape, Tensor, default_dtype, float, sizes};
use crate::{error::ok, rng};

impl Tensor {
    /// Uniform random numbers in `[0, 1)`.
    #[track_caller]
    pub fn rand(shape: impl IntoShape) -> Tensor {
        Tensor::random(ok!(sizes("rand", &shape)), |s, out| {
            s.fill_uniform(out, 0.0, 1.0)
        })
    }

    /// Standard normal random numbers.
    #[track_caller]
    pub fn randn(shape: impl IntoShape) -> Tensor {
        Tensor::random(ok!(sizes("randn", &shape)), |s, out| {
            s.fill_normal(out, 0.0, 1.0)
        })
    }

    /// Normal random numbers of the given mean and standard deviation.
    #[track_caller]
    pub fn normal(mean: impl Into<f64>, std: impl Into<f64>, shape: impl IntoShape) -> Tensor {
        let (mean, std) = (mean.into(), std.into());
        assert!(
            std >= 0.0,
            "normal: the standard deviation {std} is negative or NaN"
        );
        Tensor::random(ok!(sizes("normal", &shape)), |s, out| {
            s.fill_normal(out, mean, std)
        })
    }

    fn random(shape: Dims, fill: impl FnOnce(rng::Stream, rng::Floats<'_>)) -> Tensor {
        Tensor::random_of(default_dtype(), shape, fill)
    }

    fn random_of(
        dtype: DType,
        shape: Dims,
        fill: impl FnOnce(rng::Stream, rng::Floats<'_>),
    ) -> Tensor {
        let stream = rng::next_stream();
        float!(dtype, T => Tensor::build::<T>(dtype, shape, |out| fill(stream, out.into())))
    }

    /// Uniform random numbers in `[0, 1)`, in this shape and dtype.
    ///
    /// # Panics
    /// For integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert!(Tensor::zeros([3]).rand_like().lt(1).all());
    /// ```
    #[track_caller]
    pub fn rand_like(&self) -> Tensor {
        ok!(self.check_float("rand_like"));
        Tensor::random_of(self.dtype(), *self.dims(), |s, out| {
            s.fill_uniform(out, 0.0, 1.0)
        })
    }

    /// Standard normal random numbers, in this shape and dtype.
    ///
    /// # Panics
    /// For integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([3]).randn_like().shape(), [3]);
    /// ```
    #[track_caller]
    pub fn randn_like(&self) -> Tensor {
        ok!(self.check_float("randn_like"));
        Tensor::random_of(self.dtype(), *self.dims(), |s, out| {
            s.fill_normal(out, 0.0, 1.0)
        })
    }

    /// Random integers in `low..high`, in this shape and dtype.
    ///
    /// # Panics
    /// If the range is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([9]).randint_like(2, 4);
    /// assert!((x.eq(2) + x.eq(3)).all());
    /// ```
    #[track_caller]
    pub fn randint_like(&self, low: i64, high: i64) -> Tensor {
        Tensor::randint(low, high, *self.dims()).to_dtype(self.dtype())
    }

    /// The numbers `0..n` in random order, as `I64`.
    ///
    /// ```
    /// use d2l_core::{Tensor, manual_seed};
    /// manual_seed(3);
    /// let p = Tensor::randperm(5);
    /// assert_eq!(p.one_hot(5).sum_dim(0), Tensor::from([1, 1, 1, 1, 1]));
    /// manual_seed(3);
    /// assert_eq!(Tensor::randperm(5), p);
    /// ```
    pub fn randperm(n: usize) -> Tensor {
        let order = rng::next_stream().permutation(n);
        Tensor::from_vec(order, n)
    }

    /// Random integers in `low..high`, as `I64`.
    ///
    /// # Panics
    /// If the range is empty.
    #[track_caller]
    pub fn randint(low: i64, high: i64, shape: impl IntoShape) -> Tensor {
        assert!(low < high, "randint: the range {low}..{high} is empty");
        let shape = ok!(sizes("randint", &shape));
        let mut stream = rng::next_stream();
        Tensor::build::<i64>(DType::I64, shape, |out| {
            out.iter_mut().for_each(|o| *o = stream.range(low, high))
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, manual_seed};

    #[test]
    fn every_order_is_as_likely() {
        manual_seed(4);
        let mut counts = [0f64; 6];
        for _ in 0..6000 {
            let p = Tensor::randperm(3).to_vec::<i64>();
            counts[(2 * p[0] + i64::from(p[1] > p[2])) as usize] += 1.0;
        }
        let deviation = (6000f64 * 5.0 / 36.0).sqrt();
        assert!(
            counts.iter().all(|c| (c - 1000.0).abs() < 4.0 * deviation),
            "{counts:?}"
        );
    }

    #[test]
    fn likes_keep_shape_and_dtype() {
        let x = Tensor::zeros([2, 3]).double();
        for y in [x.rand_like(), x.randn_like(), x.randint_like(-5, 5)] {
            assert_eq!((y.shape(), y.dtype()), (x.shape(), DType::F64));
        }
        assert_eq!(Tensor::randperm(0).shape(), [0]);
    }
}
