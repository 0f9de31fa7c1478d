//! Running sums, products, extrema.
use crate::{
    Tensor, cat,
    error::{Result, ok},
    kernel::{
        reduce::{Prod, Sum},
        scan,
    },
    ops::walk::widen,
    tensor::{axis, float, wide},
};

impl Tensor {
    /// `y[k] = x[0] + … + x[k]` along axis `dim`; integers and bools are summed as `I64`.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0, 3.0]]).cumsum(1), Tensor::from([[1.0, 3.0, 6.0]]));
    /// ```
    #[track_caller]
    pub fn cumsum(&self, dim: isize) -> Tensor {
        let a = ok!(axis("cumsum", dim, self.dim()));
        running_sum::<false>(&widen(self.clone()), a)
    }

    /// `y[k] = x[0] ⋯ x[k]` along axis `dim`; integers wrap around, bools are multiplied as `I64`. The
    /// gradient is right also where elements are 0.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2, 3, 4]).cumprod(0), Tensor::from([1, 2, 6, 24]));
    /// ```
    #[track_caller]
    pub fn cumprod(&self, dim: isize) -> Tensor {
        const OP: &str = "cumprod";
        let a = ok!(axis(OP, dim, self.dim()));
        let x = widen(self.clone());
        let (own, [n, inner]) = (x.contiguous_raw(), sizes(&x, a));
        let y = wide!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
            scan::scan_axis::<T, _, false>(&own.read::<T>(), n, inner, out, Prod);
        }));
        let saved = x.saved(OP);
        y.record(OP, [&x], move |g, _| {
            // Σ_{k≥j} g[k] Π_{i≤k, i≠j} x[i], without a division: zeros do no harm.
            let after = recurrence::<true>(&saved.neighbour::<true>(a, 0.0), g, a);
            let before = saved.neighbour::<false>(a, 1.0);
            let before = if before.dim() == 0 {
                before
            } else {
                before.cumprod(a as isize)
            };
            [Some(before * after)]
        })
    }

    /// `y[k] = ln(exp(x[0]) + … + exp(x[k]))` along axis `dim`, without overflow; integers become
    /// floats.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::from([1000.0, 1000.0]).logcumsumexp(0);
    /// assert_eq!(y, Tensor::from([1000.0, 1000.0 + 2f32.ln()]));
    /// ```
    #[track_caller]
    pub fn logcumsumexp(&self, dim: isize) -> Tensor {
        const OP: &str = "logcumsumexp";
        let a = ok!(axis(OP, dim, self.dim()));
        let x = self.as_float();
        let (rows, [n, _]) = (x.rows_along(a), sizes(&x, a));
        let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *rows.dims(), |out| {
            scan::logcumsumexp_rows(&rows.read::<T>(), n, out);
        }));
        let saved = x.saved(OP);
        y.with_axis_last(a).record_output(OP, [&x], move |g, cx| {
            // Σ_{k≥j} g[k] e^(x[j] - y[k]), of exponents that are never positive.
            let y = cx.output();
            let step = (y - y.neighbour::<true>(a, 0.0)).exp();
            let none = y.eq(f64::NEG_INFINITY);
            let after = recurrence::<true>(&step.masked_fill(&none, 0), g, a);
            [Some((&*saved - y).exp().masked_fill(&none, 0) * after)]
        })
    }

    /// The largest element so far along axis `dim`, and its index: the last, where several tie. NaN
    /// wins. The gradient goes to these elements.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, indices) = Tensor::from([1, 3, 2, 3]).cummax(0);
    /// assert_eq!(values, Tensor::from([1, 3, 3, 3]));
    /// assert_eq!(indices, Tensor::from([0, 1, 1, 3]));
    /// ```
    #[track_caller]
    pub fn cummax(&self, dim: isize) -> (Tensor, Tensor) {
        ok!(running_best("cummax", self, dim, true))
    }

    /// The smallest element so far along axis `dim`, and its index: the last, where several tie. NaN
    /// wins. The gradient goes to these elements.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([3, 1, 2]).cummin(0).0, Tensor::from([3, 1, 1]));
    /// ```
    #[track_caller]
    pub fn cummin(&self, dim: isize) -> (Tensor, Tensor) {
        ok!(running_best("cummin", self, dim, false))
    }
}

/// The length of axis `a` and the number of elements behind it.
fn sizes(x: &Tensor, a: usize) -> [usize; 2] {
    let n = x.shape().get(a).copied().unwrap_or(1);
    [n, x.shape().iter().skip(a + 1).product()]
}

/// From the beginning, or with `REVERSE` from the end: each is the gradient of the other.
fn running_sum<const REVERSE: bool>(x: &Tensor, a: usize) -> Tensor {
    let (own, [n, inner]) = (x.contiguous_raw(), sizes(x, a));
    let y = wide!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        scan::scan_axis::<T, _, REVERSE>(&own.read::<T>(), n, inner, out, Sum);
    }));
    y.record("cumsum", [x], move |g, _| {
        [Some(match REVERSE {
            true => running_sum::<false>(g, a),
            false => running_sum::<true>(g, a),
        })]
    })
}

/// `s[k] = b[k] + a[k] s[k-1]` along axis `at`; with `REVERSE`, `b[k] + a[k] s[k+1]`.
fn recurrence<const REVERSE: bool>(a: &Tensor, b: &Tensor, at: usize) -> Tensor {
    let (rows, by) = (a.rows_along(at), b.rows_along(at));
    let n = rows.shape().last().copied().unwrap_or(1);
    let y = float!(b.dtype(), T => Tensor::build::<T>(b.dtype(), *rows.dims(), |out| {
        scan::recurrence_rows::<T, REVERSE>(&rows.read::<T>(), &by.read::<T>(), n, out);
    }));
    let factor = a.saved("recurrence");
    y.with_axis_last(at)
        .record_output("recurrence", [a, b], move |g, cx| {
            let y = cx.output();
            let (by_b, last) = match REVERSE {
                true => (
                    recurrence::<false>(&factor.neighbour::<false>(at, 0.0), g, at),
                    y.neighbour::<true>(at, 0.0),
                ),
                false => (
                    recurrence::<true>(&factor.neighbour::<true>(at, 0.0), g, at),
                    y.neighbour::<false>(at, 0.0),
                ),
            };
            [cx.needs(0, || &by_b * last), Some(by_b)]
        })
}

impl Tensor {
    /// At every place along axis `a` the element after it, or before it; `edge` where there is none.
    pub(crate) fn neighbour<const AFTER: bool>(&self, a: usize, edge: f64) -> Tensor {
        let n = self.shape().get(a).copied().unwrap_or(1);
        if self.dim() == 0 || n == 0 {
            return self.full_like(edge);
        }
        let edge = Tensor::filled(self.dims().with(a, 1), edge, self.dtype());
        let a = a as isize;
        match AFTER {
            true => cat(&[&self.narrow(a, 1, n - 1), &edge], a),
            false => cat(&[&edge, &self.narrow(a, 0, n - 1)], a),
        }
    }
}

fn running_best(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    greatest: bool,
) -> Result<(Tensor, Tensor)> {
    x.choose(op, dim, &Ok, &|rows, n, out| {
        wide!(rows.dtype(), T => scan::running_best(&rows.read::<T>(), n, greatest, out));
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(cumsum, |x| x.cumsum(0), [3, 4]);
    gradcheck_test!(cumsum_of_rows, |x| x.cumsum(-1) * x, [3, 4]);
    gradcheck_test!(cumprod, |x| x.cumprod(1), [3, 4]; no scalar);
    gradcheck_test!(cumprod_of_columns, |x| x.cumprod(0), [3, 4]);
    gradcheck_test!(logcumsumexp, |x| x.logcumsumexp(0), [3, 4]);
    gradcheck_test!(cummax, |x| x.cummax(0).0, [4, 3]);
    gradcheck_test!(cummin, |x| x.cummin(1).0, [3, 4]; no scalar);

    #[test]
    fn the_gradient_of_a_running_product_survives_zeros() {
        let x = Tensor::from([2.0, 0.0, 3.0, 0.0, 5.0]).requires_grad_(true);
        x.cumprod(0).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([1.0, 8.0, 0.0, 0.0, 0.0]));
    }

    #[test]
    fn infinities_are_summed_as_exponentials() {
        let x = Tensor::from([f32::NEG_INFINITY, 0.0, f32::INFINITY]);
        let y = x.logcumsumexp(0);
        assert_eq!(y, Tensor::from([f32::NEG_INFINITY, 0.0, f32::INFINITY]));
    }

    #[test]
    fn integers_wrap_and_nothing_stays_nothing() {
        let x = Tensor::from([i64::MAX, 1]);
        assert_eq!(x.cumsum(0), Tensor::from([i64::MAX, i64::MIN]));
        assert_eq!(Tensor::from([true, true]).cumsum(0), Tensor::from([1, 2]));
        assert_eq!(Tensor::zeros([0, 2]).cumsum(0).shape(), [0, 2]);
        assert_eq!(Tensor::from(4).cumprod(0), Tensor::from(4));
    }

    #[test]
    #[should_panic(expected = "cumsum: axis 2 is out of range for a tensor of 2 axes")]
    fn an_axis_too_far_is_refused() {
        let _ = Tensor::zeros([2, 3]).cumsum(2);
    }
}
