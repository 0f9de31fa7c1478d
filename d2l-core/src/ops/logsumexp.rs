//! Logarithms of sums of exponentials.
use super::over::Over;
use crate::{IntoShape, Tensor, error::ok, kernel::softmax as kernel, tensor::float};

impl Tensor {
    /// `ln Σ exp(x)` over one axis or several, which disappear, without overflow; -∞ over nothing.
    /// Integers become floats. Gradient: the softmax.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::from([[1000.0, 1000.0]]).logsumexp(1);
    /// assert_eq!(y, Tensor::from([1000.0 + 2f32.ln()]));
    /// ```
    #[track_caller]
    pub fn logsumexp(&self, dims: impl IntoShape) -> Tensor {
        const OP: &str = "logsumexp";
        let over = ok!(Over::dims(OP, self, &dims, false));
        logsumexp(OP, &self.as_float(), over)
    }

    /// [`Tensor::logsumexp`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0]]).logsumexp_keepdim(1), Tensor::from([[3.0]]));
    /// ```
    #[track_caller]
    pub fn logsumexp_keepdim(&self, dims: impl IntoShape) -> Tensor {
        const OP: &str = "logsumexp_keepdim";
        let over = ok!(Over::dims(OP, self, &dims, true));
        logsumexp(OP, &self.as_float(), over)
    }
}

fn logsumexp(op: &'static str, x: &Tensor, over: Over) -> Tensor {
    let rest = (0..x.dim()).filter(|a| !over.axes.contains(a));
    let order: Vec<usize> = rest.chain(over.axes.iter().copied()).collect();
    let rows = x.detach().permute(&order).contiguous_raw();
    let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), over.shape, |out| {
        kernel::logsumexp(&rows.read::<T>(), out, over.n);
    }));
    let saved = x.saved(op);
    y.record_output(op, [x], move |g, cx| {
        let share = (&*saved - over.spread(cx.output())).exp();
        [Some(over.spread(g) * share)]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(logsumexp, |x| x.logsumexp(1), [3, 4]; no scalar);
    gradcheck_test!(
        logsumexp_of_axes,
        |x| x.logsumexp_keepdim([0, 2]),
        [2, 3, 4]; no scalar
    );

    #[test]
    fn long_and_short_rows_agree_with_the_definition() {
        for n in [1, 2, 31, 32, 33, 1000] {
            let x = Tensor::randn([n, 40]).double();
            let want = x.exp().sum_dim(0).ln();
            assert!(x.logsumexp(0).allclose(&want, 1e-12, 0.0), "{n}");
            assert!(x.t().logsumexp(1).allclose(&want, 1e-12, 0.0), "{n}");
        }
    }

    #[test]
    fn infinities_are_results() {
        let (inf, nan) = (f32::INFINITY, f32::NAN);
        let x = Tensor::from([[-inf, -inf], [inf, 1.0], [-inf, 2.0]]);
        assert_eq!(x.logsumexp(1), Tensor::from([-inf, inf, 2.0]));
        assert!(Tensor::from([inf, nan]).logsumexp(0).item().is_nan());
        assert_eq!(
            Tensor::zeros([2, 0]).logsumexp(1),
            Tensor::from([-inf, -inf])
        );
    }
}
