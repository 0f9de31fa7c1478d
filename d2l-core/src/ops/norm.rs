//! Norms: how large a tensor is, and how far two are apart.
use super::over::{Over, reductions};
use crate::{
    Tensor,
    error::{Result, ok},
    kernel::reduce::{Max, Min, Sum},
};

reductions! {
    euclidean, () -> Tensor;

    /// `√Σ x²`, the Euclidean norm of all elements (of a matrix, the Frobenius norm); 0 of none. Its
    /// gradient at 0 is 0.
    ///
    /// # Panics
    /// For integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0, -4.0]]).norm().item(), 5.0);
    /// ```
    norm;

    /// [`Tensor::norm`] over one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice, or for integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0, -4.0], [0.0, 1.0]]).norm_dim(1), Tensor::from([5.0, 1.0]));
    /// ```
    norm_dim;

    /// [`Tensor::norm_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// As [`Tensor::norm_dim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0, -4.0]]).norm_keepdim(1), Tensor::from([[5.0]]));
    /// ```
    norm_keepdim;
}

reductions! {
    norm, (p: impl Into<f64>) -> Tensor;

    /// `(Σ |x|^p)^(1/p)` over all elements. For p = 0 it is the number of elements that are not 0, for
    /// ∞ the largest |x| and for -∞ the smallest. Where the norm has no gradient it is 0, except that
    /// equal extreme elements share theirs.
    ///
    /// # Panics
    /// For integers and bools; of no elements for p < 0 or p = ∞.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([3.0, -4.0]);
    /// assert_eq!(x.norm_p(1).item(), 7.0);
    /// assert_eq!(x.norm_p(f64::INFINITY).item(), 4.0);
    /// ```
    norm_p;

    /// [`Tensor::norm_p`] over one axis or several, which disappear.
    ///
    /// # Panics
    /// If an axis does not exist or is given twice, and as [`Tensor::norm_p`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0, -4.0], [0.0, 1.0]]).norm_p_dim(1, 1), Tensor::from([7.0, 1.0]));
    /// ```
    norm_p_dim;

    /// [`Tensor::norm_p_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// As [`Tensor::norm_p_dim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3.0, -4.0]]).norm_p_keepdim(1, -1), Tensor::from([[7.0]]));
    /// ```
    norm_p_keepdim;
}

impl Tensor {
    /// The Euclidean distance of two tensors: the norm of their difference. They broadcast.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 1.0]).dist(&Tensor::from([4.0, 5.0])).item(), 5.0);
    /// ```
    #[track_caller]
    pub fn dist(&self, other: &Tensor) -> Tensor {
        self.dist_p(other, 2)
    }

    /// The distance of two tensors in the norm `p`; see [`Tensor::norm_p`].
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers and bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 1.0]).dist_p(&Tensor::from([4.0, 5.0]), 1).item(), 7.0);
    /// ```
    #[track_caller]
    pub fn dist_p(&self, other: &Tensor, p: impl Into<f64>) -> Tensor {
        let apart = self - other;
        ok!(norm("dist", &apart, &Over::all(&apart), p.into()))
    }
}

fn euclidean(op: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    norm(op, x, over, 2.0)
}

fn norm(op: &'static str, x: &Tensor, over: &Over, p: f64) -> Result<Tensor> {
    x.check_float(op)?;
    if p < 0.0 || p == f64::INFINITY {
        over.check_some(op, x)?;
    }
    let y = values(x, over, p);
    let (saved, over) = (x.saved(op), over.clone());
    Ok(y.record_output(op, [x], move |g, cx| {
        let (y, g) = (over.spread(cx.output()), over.spread(g));
        [Some(gradient(&saved, &y, &g, &over, p))]
    }))
}

/// The norm without gradient.
fn values(x: &Tensor, over: &Over, p: f64) -> Tensor {
    let x = x.detach();
    match p {
        0.0 => x.ne(0).to_dtype(x.dtype()).fold(over, Sum),
        1.0 => x.abs().fold(over, Sum),
        2.0 => x.square().fold(over, Sum).sqrt(),
        f64::INFINITY => x.abs().fold(over, Max),
        f64::NEG_INFINITY => x.abs().fold(over, Min),
        p => x.abs().pow(p).fold(over, Sum).pow(1.0 / p),
    }
}

/// By cases, as PyTorch has them: no NaN arises where the norm or an element is 0.
fn gradient(x: &Tensor, y: &Tensor, g: &Tensor, over: &Over, p: f64) -> Tensor {
    let at_zero = |t: Tensor| t.masked_fill(&y.eq(0), 0);
    if p == 0.0 {
        g.zeros_like().expand(*x.dims())
    } else if p == 1.0 {
        g * x.sign()
    } else if p == 2.0 {
        x * at_zero(g / y)
    } else if p.is_infinite() {
        let ties = x.abs().eq(y).to_dtype(g.dtype());
        g / ties.sum_keepdim(&over.axes) * ties * x.sign()
    } else if p < 1.0 {
        let slope = x.sign() * x.abs().pow(p - 1.0);
        slope.masked_fill(&x.eq(0), 0) * g * y.pow(1.0 - p)
    } else if p < 2.0 {
        x.sign() * x.abs().pow(p - 1.0) * at_zero(g * y.pow(1.0 - p))
    } else {
        x * x.abs().pow(p - 2.0) * at_zero(g / y.pow(p - 1.0))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(dist_2, |x, y| x.dist(y), [3, 4], [4]);
    gradcheck_test!(norm, |x| x.norm(), [3, 4]);
    gradcheck_test!(norm_dim, |x| x.norm_dim(0), [3, 4]);
    gradcheck_test!(norm_1, |x| x.norm_p_dim(1, 1), [3, 4]; no scalar);
    gradcheck_test!(norm_half, |x| x.norm_p(0.5), [3, 4]);
    gradcheck_test!(norm_3, |x| x.norm_p_keepdim(3, -1), [3, 4]);
    gradcheck_test!(norm_inf, |x| x.norm_p_dim(f64::INFINITY, 0), [3, 4]; no empty);
    gradcheck_test!(norm_minus_one, |x| x.norm_p_dim(-1, 0), [3, 4]; no empty);
    gradcheck_test!(dist, |x, y| x.dist_p(y, 3), [3, 4], [4]);

    #[test]
    fn at_zero_the_gradient_is_zero() {
        for p in [0.5, 1.0, 1.5, 2.0, 3.0] {
            let x = Tensor::zeros([3]).requires_grad_(true);
            x.norm_p(p).backward();
            assert_eq!(x.grad().unwrap(), Tensor::zeros([3]), "{p}");
        }
    }

    #[test]
    fn second_derivatives_exist() {
        let x = Tensor::from([3.0, 4.0]);
        let norm = |x: &Tensor| crate::grad(|x: &Tensor| x.norm())(x).i(0);
        let second = crate::grad(norm)(&x);
        assert!(second.allclose(&Tensor::from([0.128, -0.096]), 1e-6, 0.0));
    }

    #[test]
    #[should_panic(expected = "norm: needs a float tensor, not i64")]
    fn integers_are_refused() {
        let _ = Tensor::from([3, 4]).norm();
    }
}
