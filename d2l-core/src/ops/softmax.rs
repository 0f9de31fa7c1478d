//! Softmax and its logarithm.
use crate::{
    Tensor,
    autograd::is_recording,
    error::{Result, ok},
    kernel::softmax as kernel,
    tensor::{axis, float},
};

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
        ok!(along("softmax", self, dim, softmax_rows))
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
        ok!(along("log_softmax", self, dim, log_softmax_rows))
    }
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
