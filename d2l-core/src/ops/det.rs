//! Determinants.
use crate::{
    Tensor,
    error::{Result, ok},
    kernel::linalg as kernel,
};

impl Tensor {
    /// The determinant of square matrices; 1 for empty ones. The gradient is that of the cofactors,
    /// also where the determinant is 0. PyTorch's `linalg.det`.
    ///
    /// # Panics
    /// If the matrices are not square.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [3.0, 4.0]]).det().item(), -2.0);
    /// ```
    #[track_caller]
    pub fn det(&self) -> Tensor {
        let x = self.double();
        let det = ok!(pivots("det", &x)).part(0, &[]);
        let saved = x.saved("det");
        let det = det.record_output("det", [&x], move |g, cx| {
            let det = cx.output();
            if !det.eq(0.0).any() {
                let scale = (g * det).unsqueeze(-1).unsqueeze(-1);
                return [Some(saved.inv().mt() * scale)];
            }
            let gradient = cofactors(&saved.detach()) * g.detach().unsqueeze(-1).unsqueeze(-1);
            cx.once(g, [Some(gradient)])
        });
        det.to_dtype(self.dtype())
    }

    /// The sign of the determinant (0 if it is 0) and the logarithm of its absolute value (then `-∞`):
    /// for determinants that a float cannot hold. The gradient needs regular matrices. PyTorch's
    /// `linalg.slogdet`.
    ///
    /// # Panics
    /// If the matrices are not square.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (sign, log) = (Tensor::eye(500) * -1e-3).slogdet();
    /// assert_eq!(sign.item(), 1.0);
    /// assert!((log.item() / 500.0 - 1e-3f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn slogdet(&self) -> (Tensor, Tensor) {
        let x = self.double();
        let packed = ok!(pivots("slogdet", &x));
        let saved = x.saved("slogdet");
        let log = packed.part(2, &[]).record("slogdet", [&x], move |g, _| {
            [Some(saved.inv().mt() * g.unsqueeze(-1).unsqueeze(-1))]
        });
        let sign = packed.part(1, &[]);
        (sign.to_dtype(self.dtype()), log.to_dtype(self.dtype()))
    }

    /// The logarithm of the determinant: NaN where that is negative, `-∞` where it is 0.
    ///
    /// # Panics
    /// If the matrices are not square.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::eye(3).logdet().item(), 0.0);
    /// ```
    #[track_caller]
    pub fn logdet(&self) -> Tensor {
        ok!(self.check_square("logdet"));
        let (sign, log) = self.slogdet();
        log + sign.ln()
    }
}

/// Per matrix: the determinant, its sign and the logarithm of its size.
fn pivots(op: &'static str, x: &Tensor) -> Result<Tensor> {
    let n = x.check_square(op)?;
    let (packed, _) = x.each_matrix(3, |a, out| {
        let mut f = a.to_vec();
        let sign = kernel::lu(n, &mut f, &mut vec![0; n]);
        let diagonal = || f.iter().step_by(n + 1);
        out[0] = diagonal().fold(sign, |p, v| p * v);
        out[1] = diagonal().fold(sign, |s, v| if *v == 0.0 { 0.0 } else { s * v.signum() });
        out[2] = diagonal().map(|v| v.abs().ln()).sum();
        Ok(())
    });
    Ok(packed)
}

/// The matrix of cofactors, which is the derivative of the determinant, of any matrix: with `A = U S
/// Vᵀ` it is `det(U Vᵀ) U C Vᵀ`, where C holds the products of all other singular values.
fn cofactors(x: &Tensor) -> Tensor {
    let (u, s, vh) = x.svd();
    let n = x.size(-1);
    let (others, _) = s.unsqueeze(-2).each_matrix(n, |s, out| {
        for (i, o) in out.iter_mut().enumerate() {
            *o = s[..i].iter().chain(&s[i + 1..]).product();
        }
        Ok(())
    });
    let sign = u.matmul(&vh).det().unsqueeze(-1).unsqueeze(-1);
    (u * others.part(0, &[1, n])).matmul(&vh) * sign
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(logdet, |x| x.matmul(&x.mt()).logdet(), [2, 3, 3]; no scalar);
    gradcheck_test!(det, |x| x.det(), [2, 3, 3]; no scalar);
    gradcheck_test!(
        slogdet,
        |x| (x + 3.0 * Tensor::eye(x.size(-1)).double()).slogdet().1,
        [3, 3]; no scalar
    );
    gradcheck_test!(
        singular,
        |x| (x * &Tensor::from([1.0, 1.0, 0.0]).double()).det(),
        [3, 3]; no empty, scalar, second);

    #[test]
    fn the_gradient_at_a_singular_matrix_is_that_of_the_cofactors() {
        let x = Tensor::from([[1.0, 2.0], [2.0, 4.0]]).requires_grad_(true);
        x.det().backward();
        let want = Tensor::from([[4.0, -2.0], [-2.0, 1.0]]);
        assert!(x.grad().unwrap().allclose(&want, 1e-5, 1e-6));
    }

    #[test]
    fn an_empty_matrix_has_determinant_one() {
        assert_eq!(Tensor::zeros([2, 0, 0]).det(), Tensor::ones([2]));
    }
}
