//! Sums and means, over everything or over axes.
use crate::{
    DType, IntoShape, Tensor,
    error::{Result, bail, ok},
    kernel::reduce,
    tensor::{Dims, axes, stored},
};

impl Tensor {
    /// The sum of all elements; integers and bools are summed as `I64`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).sum().item(), 10.0);
    /// ```
    pub fn sum(&self) -> Tensor {
        let x = self.summable();
        let total = total(&x, 1.0);
        let shape = *self.dims();
        total.record("sum", [&x], move |g, _| [Some(g.expand(shape))])
    }

    /// The sum over one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).sum_dim(0), Tensor::from([4.0, 6.0]));
    /// ```
    #[track_caller]
    pub fn sum_dim(&self, dims: impl IntoShape) -> Tensor {
        ok!(self.reduce("sum_dim", dims, false, false))
    }

    /// The sum over one axis or several, which stay with size 1.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([2, 3]).sum_keepdim(1), Tensor::from([[3.0], [3.0]]));
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::sum_dim`].
    #[track_caller]
    pub fn sum_keepdim(&self, dims: impl IntoShape) -> Tensor {
        ok!(self.reduce("sum_keepdim", dims, true, false))
    }

    /// The mean of all elements; NaN if there are none.
    ///
    /// # Panics
    /// For integers and bools: say which float with `to_dtype`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0, 6.0]).mean().item(), 3.0);
    /// ```
    #[track_caller]
    pub fn mean(&self) -> Tensor {
        ok!(self.check_float("mean"));
        let n = self.numel() as f64;
        let shape = *self.dims();
        total(self, n).record("mean", [self], move |g, _| [Some((g / n).expand(shape))])
    }

    /// The mean over one axis or several, which disappear.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 3.0], [5.0, 7.0]]).mean_dim(1), Tensor::from([2.0, 6.0]));
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::sum_dim`] and [`Tensor::mean`].
    #[track_caller]
    pub fn mean_dim(&self, dims: impl IntoShape) -> Tensor {
        ok!(self.reduce("mean_dim", dims, false, true))
    }

    /// The mean over one axis or several, which stay with size 1.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 3.0]]).mean_keepdim(1), Tensor::from([[2.0]]));
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::sum_dim`] and [`Tensor::mean`].
    #[track_caller]
    pub fn mean_keepdim(&self, dims: impl IntoShape) -> Tensor {
        ok!(self.reduce("mean_keepdim", dims, true, true))
    }

    fn reduce(
        &self,
        op: &'static str,
        dims: impl IntoShape,
        keep: bool,
        mean: bool,
    ) -> Result<Tensor> {
        let list = if self.dim() == 0 {
            axes(op, dims, 0).map(|_| vec![])?
        } else {
            axes(op, dims, self.dim())?
        };
        self.reduce_axes(op, &list, keep, mean)
    }

    fn reduce_axes(
        &self,
        op: &'static str,
        axes: &[usize],
        keep: bool,
        mean: bool,
    ) -> Result<Tensor> {
        if mean {
            self.check_float(op)?;
        }
        let x = self.summable();
        let kept = axes.iter().fold(*x.dims(), |d, &a| d.with(a, 1));
        let mut out = sum_axes(&x, axes);
        if mean {
            let n = axes.iter().map(|&a| self.shape()[a]).product::<usize>();
            out /= n;
        }
        if keep {
            out = out.strided(out.offset(), kept, kept.strides());
        }
        let shape = *self.dims();
        let n = if mean {
            x.numel() / kept.numel().max(1)
        } else {
            1
        } as f64;
        Ok(out.record(op, [&x], move |g, _| {
            let g = if n == 1.0 { g.clone() } else { g / n };
            [Some(g.reshape(kept).expand(shape))]
        }))
    }

    /// Undoes broadcasting: sums over the axes along which a tensor of `shape` was repeated.
    pub(crate) fn sum_to(&self, shape: &Dims) -> Tensor {
        if self.dims() == shape {
            return self.clone();
        }
        let skip = self.dim() - shape.len();
        let axes: Vec<usize> = (0..self.dim())
            .filter(|&a| a < skip || (shape[a - skip] == 1 && self.shape()[a] != 1))
            .collect();
        let summed = if axes.is_empty() {
            self.clone()
        } else {
            self.sum_keepdim(axes)
        };
        summed.reshape(*shape)
    }

    /// The sum over the first axis of a matrix: the gradient of a bias.
    pub(crate) fn sum_rows(&self) -> Tensor {
        if !self.is_contiguous() || crate::autograd::is_recording(&[self]) {
            return self.sum_dim(0);
        }
        sum_run(self, 0, 1)
    }

    fn summable(&self) -> Tensor {
        if matches!(self.dtype(), DType::U8 | DType::Bool) {
            self.long()
        } else {
            self.clone()
        }
    }

    pub(crate) fn check_float(&self, op: &'static str) -> Result<()> {
        if !self.dtype().is_float() {
            bail!(
                op,
                DType,
                "needs a float tensor, not {} (convert with `float()`)",
                self.dtype()
            );
        }
        Ok(())
    }
}

/// The sum of all elements divided by `n`.
#[allow(clippy::unnecessary_cast, reason = "one body for all types")]
fn total(x: &Tensor, n: f64) -> Tensor {
    let x = x.contiguous_raw();
    stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), Dims::new(&[]), |out| {
        let sum = reduce::sum(&x.read::<T>());
        out[0] = if n == 1.0 { sum } else { (sum as f64 / n) as T };
    }))
}

/// The sum over sorted `axes`, which disappear; neighbouring ones are summed in one pass.
fn sum_axes(x: &Tensor, axes: &[usize]) -> Tensor {
    let mut out = x.contiguous_raw().detach();
    let mut end = axes.len();
    while end > 0 {
        let mut start = end - 1;
        while start > 0 && axes[start - 1] + 1 == axes[start] {
            start -= 1;
        }
        out = sum_run(&out, axes[start], axes[end - 1] + 1);
        end = start;
    }
    out
}

fn sum_run(x: &Tensor, from: usize, to: usize) -> Tensor {
    let shape = x.shape();
    let [outer, n, inner] =
        [&shape[..from], &shape[from..to], &shape[to..]].map(|s| s.iter().product::<usize>());
    let kept = (from..to).fold(*x.dims(), |d, _| d.remove(from));
    stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), kept, |out| reduce::sum_axis(&x.read::<T>(), outer, n, inner, out)))
}

impl Tensor {
    /// The product of all elements. Gradient: the product of the others, also where one is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([2.0, 3.0]).prod().item(), 6.0);
    /// ```
    pub fn prod(&self) -> Tensor {
        let x = self.summable().contiguous();
        let y = stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), Dims::new(&[]), |out| {
            reduce::prod_axis(&x.read::<T>(), 1, x.numel(), 1, out);
        }));
        let saved = x.saved("prod");
        y.record("prod", [&x], move |g, cx| {
            cx.once(g, [Some(g * products_of_others(&saved))])
        })
    }
}

/// For every element the product of all others, from products of prefixes and suffixes.
fn products_of_others(x: &Tensor) -> Tensor {
    crate::tensor::float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        let x = x.read::<T>();
        let mut before = 1.0;
        out.iter_mut().zip(&*x).for_each(|(o, v)| { *o = before; before *= v; });
        let mut after = 1.0;
        out.iter_mut().zip(&*x).rev().for_each(|(o, v)| { *o *= after; after *= v; });
    }))
}

impl Tensor {
    /// True if any element is not 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert!(Tensor::from([0, 3]).any() && !Tensor::zeros([0]).any());
    /// ```
    pub fn any(&self) -> bool {
        let x = self.detach().bool().contiguous();
        x.read::<u8>().iter().any(|&v| v != 0)
    }

    /// True if no element is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert!(!Tensor::from([0, 3]).all() && Tensor::zeros([0]).all());
    /// ```
    pub fn all(&self) -> bool {
        let x = self.detach().bool().contiguous();
        x.read::<u8>().iter().all(|&v| v != 0)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(sum, |x| x.sum(), [3, 4]);
    gradcheck_test!(mean, |x| x.mean(), [3, 4]);
    gradcheck_test!(sum_dim, |x| x.sum_dim([0, 2]), [2, 3, 4]);
    gradcheck_test!(sum_keepdim, |x| x.sum_keepdim(-1), [3, 4]);
    gradcheck_test!(mean_dim, |x| x.mean_dim(0), [3, 4]);
    gradcheck_test!(mean_keepdim, |x| x.mean_keepdim([0, 1]), [3, 4]);

    #[test]
    fn the_gradient_of_a_product_survives_a_zero() {
        let x = Tensor::from([2.0, 0.0, 3.0]).requires_grad_(true);
        x.prod().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.0, 6.0, 0.0]));
    }

    #[test]
    fn a_sum_over_nothing_is_zero_and_a_mean_nan() {
        assert_eq!(Tensor::zeros([0, 3]).sum_dim(0), Tensor::zeros([3]));
        assert!(Tensor::zeros([0]).mean().item().is_nan());
        assert_eq!(Tensor::from([true, true]).sum(), Tensor::from(2));
    }

    #[test]
    #[should_panic(expected = "mean: needs a float tensor, not i64")]
    fn a_mean_of_integers_is_refused() {
        let _ = Tensor::from([1, 2]).mean();
    }
}
