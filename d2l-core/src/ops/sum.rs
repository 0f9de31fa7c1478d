//! Sums and means, over everything or over axes; without NaN; back to a smaller shape.
use super::over::{Over, reductions};
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    kernel::reduce::{self, Sum},
    tensor::{Dims, float, sizes},
};

impl Tensor {
    /// The sum of all elements, 0 of none; integers and bools are summed as `I64`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).sum().item(), 10.0);
    /// ```
    pub fn sum(&self) -> Tensor {
        let shape = *self.dims();
        let total = if self.dtype().is_float() && self.is_contiguous() {
            total(self, 1.0)
        } else {
            self.raw_sum(&Over::all(self))
        };
        total.record("sum", [self], move |g, _| [Some(g.expand(shape))])
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
        let (x, _) = self.in_memory_order();
        total(&x, n).record("mean", [self], move |g, _| [Some((g / n).expand(shape))])
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
        let over = ok!(Over::dims("sum_dim", self, &dims, false));
        sum_over("sum_dim", self, over)
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
        let over = ok!(Over::dims("sum_keepdim", self, &dims, true));
        sum_over("sum_keepdim", self, over)
    }

    /// The mean over one axis or several, which disappear; NaN over an empty one.
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
        ok!(self.check_float("mean_dim"));
        let over = ok!(Over::dims("mean_dim", self, &dims, false));
        mean_over("mean_dim", self, over)
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
        ok!(self.check_float("mean_keepdim"));
        let over = ok!(Over::dims("mean_keepdim", self, &dims, true));
        mean_over("mean_keepdim", self, over)
    }

    /// Undoes broadcasting: the sum over the axes along which a tensor of `shape` is repeated to
    /// become one of this shape. PyTorch's `sum_to_size`.
    ///
    /// # Panics
    /// If `shape` does not broadcast to this one.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([4, 2, 3]).sum_to_size([2, 1]), Tensor::from([[12.0], [12.0]]));
    /// ```
    #[track_caller]
    pub fn sum_to_size(&self, shape: impl IntoShape) -> Tensor {
        const OP: &str = "sum_to_size";
        let shape = ok!(sizes(OP, &shape));
        ok!(self.check_expands(OP, &shape));
        self.sum_to(&shape)
    }

    fn check_expands(&self, op: &'static str, shape: &Dims) -> Result<()> {
        let skip = self.dim().checked_sub(shape.len());
        let fits = |skip: usize| {
            let own = &self.shape()[skip..];
            shape.iter().zip(own).all(|(&s, &n)| s == n || s == 1)
        };
        if !skip.is_some_and(fits) {
            bail!(
                op,
                Shape,
                "{shape:?} does not broadcast to {:?}",
                self.shape()
            );
        }
        Ok(())
    }

    /// [`Tensor::sum_to_size`] for a shape that fits.
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
        self.sum_dim(0)
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

    /// The sum without gradient; whole numbers as `I64`.
    fn raw_sum(&self, over: &Over) -> Tensor {
        self.fold(over, Sum)
    }
}

fn sum_over(op: &'static str, x: &Tensor, over: Over) -> Tensor {
    let shape = *x.dims();
    x.raw_sum(&over)
        .record(op, [x], move |g, _| [Some(over.spread(g).expand(shape))])
}

fn mean_over(op: &'static str, x: &Tensor, over: Over) -> Tensor {
    let (shape, n) = (*x.dims(), over.n as f64);
    let mut mean = x.raw_sum(&over);
    mean /= n;
    mean.record(op, [x], move |g, _| {
        [Some(over.spread(&(g / n)).expand(shape))]
    })
}

/// The sum of all elements of a contiguous tensor divided by `n`.
#[allow(clippy::unnecessary_cast, reason = "one body for both types")]
fn total(x: &Tensor, n: f64) -> Tensor {
    float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), Dims::new(&[]), |out| {
        let sum = reduce::sum(&x.read::<T>());
        out[0] = if n == 1.0 { sum } else { (sum as f64 / n) as T };
    }))
}

reductions! {
    nansum_over, () -> Tensor;

    /// The sum of all elements that are not NaN.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nansum().item(), 3.0);
    /// ```
    nansum;

    /// [`Tensor::nansum`] over one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, f32::NAN], [f32::NAN, f32::NAN]]);
    /// assert_eq!(x.nansum_dim(1), Tensor::from([1.0, 0.0]));
    /// ```
    nansum_dim;

    /// [`Tensor::nansum_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, f32::NAN]]).nansum_keepdim(1), Tensor::from([[1.0]]));
    /// ```
    nansum_keepdim;
}

fn nansum_over(op: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    let (saved, own, shape) = (x.saved(op), over.clone(), *x.dims());
    let y = match x.dtype().is_float() {
        true => x.detach().masked_fill(&x.isnan(), 0.0).raw_sum(over),
        false => x.raw_sum(over),
    };
    Ok(y.record(op, [x], move |g, _| {
        let g = own.spread(g).expand(shape);
        [Some(g.masked_fill(&saved.isnan(), 0.0))]
    }))
}

reductions! {
    nanmean_over, () -> Tensor;

    /// The mean of all elements that are not NaN; NaN if there are none.
    ///
    /// # Panics
    /// For integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN, 2.0]).nanmean().item(), 1.5);
    /// ```
    nanmean;

    /// [`Tensor::nanmean`] over one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice, or for integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, f32::NAN], [3.0, 5.0]]);
    /// assert_eq!(x.nanmean_dim(1), Tensor::from([1.0, 4.0]));
    /// ```
    nanmean_dim;

    /// [`Tensor::nanmean_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice, or for integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, f32::NAN]]).nanmean_keepdim(1), Tensor::from([[1.0]]));
    /// ```
    nanmean_keepdim;
}

fn nanmean_over(op: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    x.check_float(op)?;
    let numbers = x.isnan().logical_not().raw_sum(over).to_dtype(x.dtype());
    Ok(nansum_over(op, x, over)? / numbers)
}

reductions! {
    count_over, () -> Tensor;

    /// How many elements are not 0, as `I64`; NaN is not 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3], [4, 5]]).count_nonzero().item(), 3.0);
    /// ```
    count_nonzero;

    /// [`Tensor::count_nonzero`] along one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3], [4, 5]]).count_nonzero_dim(0), Tensor::from([1, 2]));
    /// ```
    count_nonzero_dim;

    /// [`Tensor::count_nonzero_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[0, 3]]).count_nonzero_keepdim(1), Tensor::from([[1]]));
    /// ```
    count_nonzero_keepdim;
}

fn count_over(_: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    Ok(x.detach().bool().raw_sum(over))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(sum, |x| x.sum(), [3, 4]);
    gradcheck_test!(mean, |x| x.mean(), [3, 4]);
    gradcheck_test!(sum_dim, |x| x.sum_dim([0, 2]), [2, 3, 4]; no scalar);
    gradcheck_test!(sum_keepdim, |x| x.sum_keepdim(-1), [3, 4]);
    gradcheck_test!(mean_dim, |x| x.mean_dim(0), [3, 4]);
    gradcheck_test!(mean_keepdim, |x| x.mean_keepdim([0, 1]), [3, 4]; no scalar);
    gradcheck_test!(sum_to_size, |x| x.sum_to_size([3, 1]), [2, 3, 4]; no empty, scalar);
    gradcheck_test!(nansum, |x| x.nansum_dim(0), [3, 4]);
    gradcheck_test!(nanmean, |x| x.nanmean_dim(1), [3, 4]; no scalar);

    #[test]
    fn a_sum_over_nothing_is_zero_and_a_mean_nan() {
        assert_eq!(Tensor::zeros([0, 3]).sum_dim(0), Tensor::zeros([3]));
        assert!(Tensor::zeros([0]).mean().item().is_nan());
        assert_eq!(Tensor::from([true, true]).sum(), Tensor::from(2));
    }

    #[test]
    fn views_are_summed_as_they_look() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        let copy = |t: &Tensor| Tensor::from_vec(t.to_vec::<i64>(), t.shape());
        for view in [
            x.permute([2, 0, 1]),
            x.transpose(0, 1),
            x.narrow(2, 1, 2),
            x.narrow(0, 0, 1).expand([3, 3, 4]),
        ] {
            for dims in [vec![0], vec![1], vec![2], vec![0, 2], vec![0, 1, 2]] {
                let (got, want) = (view.sum_dim(&dims), copy(&view).sum_dim(&dims));
                assert_eq!(got, want, "{:?} {dims:?}", view.strides());
                assert_eq!(view.sum_keepdim(&dims), copy(&view).sum_keepdim(&dims));
            }
        }
    }

    #[test]
    fn nan_has_no_gradient() {
        let x = Tensor::from([1.0, f32::NAN, 3.0]).requires_grad_(true);
        x.nanmean().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.5, 0.0, 0.5]));
    }

    #[test]
    #[should_panic(expected = "mean: needs a float tensor, not i64")]
    fn a_mean_of_integers_is_refused() {
        let _ = Tensor::from([1, 2]).mean();
    }

    #[test]
    #[should_panic(expected = "sum_to_size: [2, 2] does not broadcast to [2, 3]")]
    fn a_sum_to_another_shape_is_refused() {
        let _ = Tensor::zeros([2, 3]).sum_to_size([2, 2]);
    }
}
