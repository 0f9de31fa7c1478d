//! Tensors from nothing: constants, ranges, random numbers.
use super::{DType, Dims, Element, IntoShape, Tensor, default_dtype, float, sizes, stored};
use crate::{error::ok, ops::cast, rng};

impl Tensor {
    /// Zeros of the default dtype.
    #[track_caller]
    pub fn zeros(shape: impl IntoShape) -> Tensor {
        Tensor::filled(ok!(sizes("zeros", shape)), 0.0, default_dtype())
    }

    /// Ones of the default dtype.
    #[track_caller]
    pub fn ones(shape: impl IntoShape) -> Tensor {
        Tensor::filled(ok!(sizes("ones", shape)), 1.0, default_dtype())
    }

    /// `value` everywhere; the dtype is that of a literal of `value`'s type.
    ///
    /// ```
    /// use d2l_core::{DType, Tensor};
    /// assert_eq!(Tensor::full([2], 7), Tensor::from([7, 7]));
    /// ```
    #[track_caller]
    pub fn full<T: Element>(shape: impl IntoShape, value: T) -> Tensor {
        let shape = ok!(sizes("full", shape));
        let one = Tensor::build::<T::Stored>(T::DTYPE, shape, |out| out.fill(value.store()));
        cast::raw(&one, T::literal())
    }

    /// Zeros of this shape and dtype.
    pub fn zeros_like(&self) -> Tensor {
        Tensor::filled(*self.dims(), 0.0, self.dtype())
    }

    /// Ones of this shape and dtype.
    pub fn ones_like(&self) -> Tensor {
        Tensor::filled(*self.dims(), 1.0, self.dtype())
    }

    /// `value` everywhere, in this shape and dtype.
    pub fn full_like(&self, value: f64) -> Tensor {
        Tensor::filled(*self.dims(), value, self.dtype())
    }

    pub(crate) fn filled(shape: Dims, value: f64, dtype: DType) -> Tensor {
        stored!(dtype, T => Tensor::build::<T>(dtype, shape, |out| out.fill(value as T)))
    }

    /// `0, 1, …, n - 1`, as `I64`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(3), Tensor::from([0, 1, 2]));
    /// ```
    pub fn arange(n: usize) -> Tensor {
        Tensor::build::<i64>(DType::I64, Dims::new(&[n]), |out| {
            out.iter_mut().zip(0..).for_each(|(o, i)| *o = i)
        })
    }

    /// `n` evenly spaced numbers from `start` to `end`, both included, in the default dtype.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::linspace(0.0, 1.0, 3), Tensor::from([0.0, 0.5, 1.0]));
    /// ```
    pub fn linspace(start: f64, end: f64, n: usize) -> Tensor {
        let step = if n > 1 {
            (end - start) / (n - 1) as f64
        } else {
            0.0
        };
        // From both ends, so that the last value is `end` exactly.
        let at = |i: usize| {
            if i < n.div_ceil(2) {
                start + step * i as f64
            } else {
                end - step * (n - 1 - i) as f64
            }
        };
        let dtype = default_dtype();
        float!(dtype, T => Tensor::build::<T>(dtype, Dims::new(&[n]), |out| {
            out.iter_mut().enumerate().for_each(|(i, o)| *o = at(i) as T);
        }))
    }

    /// The `n × n` identity matrix.
    pub fn eye(n: usize) -> Tensor {
        let dtype = default_dtype();
        float!(dtype, T => Tensor::build::<T>(dtype, Dims::new(&[n, n]), |out| {
            out.fill(0.0);
            out.iter_mut().step_by(n + 1).for_each(|o| *o = 1.0);
        }))
    }

    /// Uniform random numbers in `[0, 1)`.
    #[track_caller]
    pub fn rand(shape: impl IntoShape) -> Tensor {
        Tensor::random(ok!(sizes("rand", shape)), |s, out| {
            s.fill_uniform(out, 0.0, 1.0)
        })
    }

    /// Standard normal random numbers.
    #[track_caller]
    pub fn randn(shape: impl IntoShape) -> Tensor {
        Tensor::random(ok!(sizes("randn", shape)), |s, out| {
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
        Tensor::random(ok!(sizes("normal", shape)), |s, out| {
            s.fill_normal(out, mean, std)
        })
    }

    fn random(shape: Dims, fill: impl FnOnce(rng::Stream, rng::Floats<'_>)) -> Tensor {
        let (dtype, stream) = (default_dtype(), rng::next_stream());
        float!(dtype, T => Tensor::build::<T>(dtype, shape, |out| fill(stream, out.into())))
    }

    /// Random integers in `low..high`, as `I64`.
    ///
    /// # Panics
    /// If the range is empty.
    #[track_caller]
    pub fn randint(low: i64, high: i64, shape: impl IntoShape) -> Tensor {
        assert!(low < high, "randint: the range {low}..{high} is empty");
        let shape = ok!(sizes("randint", shape));
        let mut stream = rng::next_stream();
        Tensor::build::<i64>(DType::I64, shape, |out| {
            out.iter_mut().for_each(|o| *o = stream.range(low, high))
        })
    }
}
