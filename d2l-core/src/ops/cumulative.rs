//! Running sums, products, extrema.
use crate::{
    Tensor,
    autograd::is_recording,
    error::{Result, ok},
    kernel::{
        reduce::{Prod, Sum},
        scan,
    },
    ops::walk::widen,
    tensor::{axis, float, stored, wide},
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
            [Some(match is_recording(&[g, &saved]) {
                true => cumprod_by_pairs(g, &saved, a),
                false => cumprod_backward(&saved, g, a),
            })]
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
            let (x, y) = (&*saved, cx.output());
            if is_recording(&[g, x]) {
                return [Some(logcumsumexp_by_pairs(g, x, y, a))];
            }
            // e^x Σ_{k≥j} g[k] e^-y[k], by its positive and its negative part, as logarithms.
            let part = |g: Tensor| (reverse_logcumsumexp(&(g.ln() - y), a) + x).exp();
            [Some(part(g.relu()) - part((-g).relu()))]
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

fn cumprod_backward(x: &Tensor, g: &Tensor, a: usize) -> Tensor {
    let (x, g) = (x.rows_along(a), g.rows_along(a));
    let n = x.shape().last().copied().unwrap_or(1);
    let gx = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        scan::cumprod_backward(&x.read::<T>(), &g.read::<T>(), n, out);
    }));
    gx.with_axis_last(a)
}

fn reverse_logcumsumexp(x: &Tensor, a: usize) -> Tensor {
    let a = a as isize;
    x.flip(a).logcumsumexp(a).flip(a)
}

/// The gradient of `cumprod` in a form that can be differentiated: `Σ_{k≥j} g[k] Π_{i≤k, i≠j} x[i]`.
fn cumprod_by_pairs(g: &Tensor, x: &Tensor, a: usize) -> Tensor {
    if x.dim() == 0 {
        return g.clone();
    }
    let own = pairs(x, a, |j, i| j.eq(i));
    let others = x.unsqueeze(a as isize).masked_fill(&own, 1.0);
    let products = others.cumprod(a as isize + 1);
    from_later(
        g,
        &products.masked_fill(&pairs(x, a, |j, k| j.gt(k)), 0.0),
        a,
    )
}

/// The gradient of `logcumsumexp` in such a form: `Σ_{k≥j} g[k] e^(x[j] - y[k])`, where no exponent
/// is above 0.
fn logcumsumexp_by_pairs(g: &Tensor, x: &Tensor, y: &Tensor, a: usize) -> Tensor {
    if x.dim() == 0 {
        return g * (x - y).exp();
    }
    let exponents = x.unsqueeze(a as isize + 1) - y.unsqueeze(a as isize);
    let earlier = pairs(x, a, |j, k| j.gt(k));
    from_later(
        g,
        &exponents.masked_fill(&earlier, f64::NEG_INFINITY).exp(),
        a,
    )
}

/// What relates the places along axis `a`: those of the result lie behind those of the input.
fn pairs(x: &Tensor, a: usize, relation: fn(&Tensor, &Tensor) -> Tensor) -> Tensor {
    let n = x.shape()[a];
    let mut shape = vec![1; x.dim() + 1];
    (shape[a], shape[a + 1]) = (n, n);
    relation(&Tensor::arange(n).unsqueeze(1), &Tensor::arange(n)).reshape(shape)
}

/// The sum of the gradients of all results, each with its weight.
fn from_later(g: &Tensor, weights: &Tensor, a: usize) -> Tensor {
    (g.unsqueeze(a as isize) * weights).sum_dim(a + 1)
}

fn running_best(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    greatest: bool,
) -> Result<(Tensor, Tensor)> {
    x.choose(op, dim, Ok, |rows, n, out| {
        stored!(x.dtype(), T => scan::running_best(&rows.read::<T>(), n, greatest, out));
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
