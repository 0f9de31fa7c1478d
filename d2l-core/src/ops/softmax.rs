//! Softmax and its logarithm.
use crate::{
    DType, Tensor,
    autograd::is_recording,
    error::{Result, bail, ok},
    kernel::softmax as kernel,
    tensor::{axis, float},
};
use std::iter::repeat_n;

impl Tensor {
    /// `exp(x) / Σ exp(x)` along axis `dim`, without overflow.
    ///
    /// # Panics
    /// If the axis does not exist, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1000.0, 1000.0]).softmax(0), Tensor::from([0.5, 0.5]));
    /// ```
    #[track_caller]
    pub fn softmax(&self, dim: isize) -> Tensor {
        ok!(self.try_softmax(dim))
    }

    /// [`Tensor::softmax`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::softmax`].
    pub fn try_softmax(&self, dim: isize) -> Result<Tensor> {
        along("softmax", self, dim, softmax_rows)
    }

    /// `x - ln Σ exp(x)` along axis `dim`: the logarithm of the softmax, without overflow.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1000.0, 0.0]).log_softmax(0), Tensor::from([0.0, -1000.0]));
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or for integers.
    #[track_caller]
    pub fn log_softmax(&self, dim: isize) -> Tensor {
        ok!(self.try_log_softmax(dim))
    }

    /// [`Tensor::log_softmax`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::log_softmax`].
    pub fn try_log_softmax(&self, dim: isize) -> Result<Tensor> {
        along("log_softmax", self, dim, log_softmax_rows)
    }

    /// `exp(-x) / Σ exp(-x)` along axis `dim`: the softmax of `-x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1000.0]).softmin(0), Tensor::from([1.0, 0.0]));
    /// ```
    ///
    /// # Panics
    /// If the axis does not exist, or for integers.
    #[track_caller]
    pub fn softmin(&self, dim: isize) -> Tensor {
        ok!(self.try_softmin(dim))
    }

    /// [`Tensor::softmin`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::softmin`].
    pub fn try_softmin(&self, dim: isize) -> Result<Tensor> {
        (-self).try_softmax(dim)
    }

    /// The softmax along the last axis of the first `lengths` elements, and 0 for the others (book
    /// 11.3). There is one length for each entry of the first axis, `[n]`, or for each of the first
    /// and the last but one, `[n, queries]`; they are repeated along the axes between. A length of 0
    /// gives zeros.
    ///
    /// # Panics
    /// If shapes do not fit or a length is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::zeros([2, 1, 4]).masked_softmax(&Tensor::from([2, 4]));
    /// assert_eq!(y, Tensor::from([[[0.5, 0.5, 0.0, 0.0]], [[0.25, 0.25, 0.25, 0.25]]]));
    /// ```
    #[track_caller]
    pub fn masked_softmax(&self, lengths: &Tensor) -> Tensor {
        let of_rows = ok!(row_lengths(self, lengths));
        self.softmax_up_to(of_rows)
    }

    /// The softmax of the beginnings of the rows; a row of `-inf` gives zeros.
    pub(crate) fn softmax_up_to(&self, lengths: Vec<usize>) -> Tensor {
        let (x, n) = (self.contiguous(), row_len(self));
        let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
            kernel::softmax_masked(&x.read::<T>(), &lengths, out, n);
        }));
        record(y, &x, n)
    }
}

/// A length for every row of `x`.
fn row_lengths(x: &Tensor, lengths: &Tensor) -> Result<Vec<usize>> {
    const OP: &str = "masked_softmax";
    x.check_float(OP)?;
    let shape = x.shape();
    let fits = match *lengths.shape() {
        [n] => x.dim() > 1 && n == shape[0],
        [n, queries] => x.dim() > 2 && n == shape[0] && queries == shape[x.dim() - 2],
        _ => false,
    };
    if !fits || lengths.dtype() != DType::I64 {
        bail!(
            OP,
            Shape,
            "lengths {} {:?} do not fit {shape:?}: i64, of the first or the first and last but one axis",
            lengths.dtype(),
            lengths.shape()
        );
    }
    let (list, most) = (lengths.contiguous().to_vec::<i64>(), row_len(x));
    if let Some(bad) = list.iter().find(|l| !(0..=most as i64).contains(*l)) {
        bail!(OP, Value, "length {bad} is not in 0..={most}");
    }
    let list = list.into_iter().map(|l| l as usize);
    let rows = shape[1..x.dim() - 1].iter().product::<usize>();
    if lengths.dim() == 1 {
        return Ok(list.flat_map(|l| repeat_n(l, rows)).collect());
    }
    let queries = shape[x.dim() - 2].max(1);
    let list: Vec<usize> = list.collect();
    let between = rows / queries;
    Ok(list
        .chunks(queries)
        .flat_map(|q| q.repeat(between))
        .collect())
}

/// Applies a function of rows along any axis.
fn along(op: &'static str, x: &Tensor, dim: isize, rows: fn(&Tensor) -> Tensor) -> Result<Tensor> {
    x.check_float(op)?;
    let at = axis(op, dim, x.dim())?;
    if at + 1 >= x.dim() {
        return Ok(rows(&x.contiguous()));
    }
    let last = x.transpose(at as isize, -1).contiguous();
    Ok(rows(&last).transpose(at as isize, -1))
}

fn row_len(x: &Tensor) -> usize {
    x.shape().last().copied().unwrap_or(1)
}

fn softmax_rows(x: &Tensor) -> Tensor {
    let n = row_len(x);
    let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| kernel::softmax(&x.read::<T>(), out, n)));
    record(y, x, n)
}

fn record(y: Tensor, x: &Tensor, n: usize) -> Tensor {
    y.record_output("softmax", [x], move |g, cx| {
        let y = cx.output();
        if is_recording(&[g, y]) {
            return [Some(y * (g - (g * y).sum_keepdim(-1)))];
        }
        let g = g.contiguous_raw();
        [Some(
            float!(y.dtype(), T => Tensor::build::<T>(y.dtype(), *y.dims(), |out| {
                kernel::softmax_backward(&g.read::<T>(), &y.read::<T>(), out, n);
            })),
        )]
    })
}

fn log_softmax_rows(x: &Tensor) -> Tensor {
    let n = row_len(x);
    let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| kernel::log_softmax(&x.read::<T>(), out, n)));
    y.record_output("log_softmax", [x], move |g, cx| {
        let y = cx.output();
        if is_recording(&[g, y]) {
            return [Some(g - y.exp() * g.sum_keepdim(-1))];
        }
        let g = g.contiguous_raw();
        [Some(
            float!(y.dtype(), T => Tensor::build::<T>(y.dtype(), *y.dims(), |out| {
                kernel::log_softmax_backward(&g.read::<T>(), &y.read::<T>(), out, n);
            })),
        )]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(softmax, |x| x.softmax(-1) * x, [3, 4]);
    gradcheck_test!(softmax_of_columns, |x| x.softmax(0) * x, [3, 4]);
    gradcheck_test!(softmin, |x| x.softmin(-1) * x, [3, 4]);
    gradcheck_test!(
        masked_softmax,
        |x| x.masked_softmax(&Tensor::from([[1, 3], [0, 4]])) * x,
        [2, 3, 2, 4]; no empty, scalar
    );
    gradcheck_test!(log_softmax, |x| x.log_softmax(1) * x, [3, 4]; no scalar);

    #[test]
    fn second_derivatives_agree_with_differences() {
        let f = |x: &Tensor| (x.softmax(-1) * x).sum();
        let x = Tensor::with_dtype([0.3, -0.2, 0.9], crate::DType::F64);
        let h = 1e-6;
        let by = |d: f64| {
            crate::grad(f)(&(&x + Tensor::with_dtype([d, 0.0, 0.0], crate::DType::F64)))
                .i(1)
                .item()
        };
        let exact = crate::grad(|x: &Tensor| crate::grad(f)(x).i(1))(&x)
            .i(0)
            .item();
        assert!((exact - (by(h) - by(-h)) / (2.0 * h)).abs() < 1e-8);
    }
}
