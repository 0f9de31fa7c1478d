//! Cholesky's factor, and systems solved with it.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::linalg as kernel,
};

impl Tensor {
    /// The lower triangle `L` with `A = L Lᵀ`, for symmetric positive definite matrices `[.., n, n]`, of
    /// which only the lower triangle is read; PyTorch's `linalg.cholesky`. The gradient is symmetric.
    /// For the upper factor of a matrix known by its upper triangle write `a.mt().cholesky().mt()`.
    ///
    /// # Panics
    /// If a matrix is not square or not positive definite.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[4.0, 2.0], [2.0, 5.0]]);
    /// assert_eq!(a.cholesky(), Tensor::from([[2.0, 0.0], [1.0, 2.0]]));
    /// ```
    #[track_caller]
    pub fn cholesky(&self) -> Tensor {
        ok!(self.try_cholesky())
    }

    /// [`Tensor::cholesky`] as a `Result`.
    ///
    /// # Errors
    /// If a matrix is not square or not positive definite.
    pub fn try_cholesky(&self) -> Result<Tensor> {
        const OP: &str = "cholesky";
        let n = self.check_square(OP)?;
        let x = self.double();
        let (packed, failure) = x.each_matrix(n * n, |a, l| {
            l.copy_from_slice(a);
            kernel::cholesky(n, l)
        });
        if let Some(e) = failure {
            let k = e.at + 1;
            bail!(
                OP,
                Value,
                "{e} is not positive definite: its leading {k} × {k} part is not"
            );
        }
        let l = packed
            .part(0, &[n, n])
            .record_output(OP, [&x], |g, cx| [Some(gradient(g, cx.output()))]);
        Ok(l.to_dtype(self.dtype()))
    }

    /// The solution `X` of `A X = B`, given the factor `L` of `A = L Lᵀ`, this tensor (or with `upper`
    /// the factor `U` of `A = Uᵀ U`). PyTorch's `cholesky_solve`, where `B` comes first.
    ///
    /// # Panics
    /// If the shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let l = Tensor::from([[2.0, 0.0], [1.0, 2.0]]);
    /// let x = l.cholesky_solve(&Tensor::from([[6.0], [7.0]]), false);
    /// assert_eq!(x, Tensor::from([[1.0], [1.0]]));
    /// ```
    #[track_caller]
    pub fn cholesky_solve(&self, b: &Tensor, upper: bool) -> Tensor {
        let (factor, b) = ok!(self.system("cholesky_solve", b));
        let l = if upper { factor.mt() } else { factor };
        let half = l.solve_triangular(&b, false, false);
        l.mt()
            .solve_triangular(&half, true, false)
            .to_dtype(self.dtype())
    }

    /// The inverse of `A`, given its factor, as [`Tensor::cholesky_solve`].
    ///
    /// # Panics
    /// If the matrices are not square.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let l = Tensor::from([[2.0, 0.0], [0.0, 1.0]]);
    /// assert_eq!(l.cholesky_inverse(false), Tensor::from([[0.25, 0.0], [0.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn cholesky_inverse(&self, upper: bool) -> Tensor {
        let n = ok!(self.check_square("cholesky_inverse"));
        self.cholesky_solve(&Tensor::eye(n).to_dtype(self.dtype()), upper)
    }
}

/// `L⁻ᵀ Φ(Lᵀ G) L⁻¹`, made symmetric; Φ takes the lower triangle and half of the diagonal.
fn gradient(g: &Tensor, l: &Tensor) -> Tensor {
    let lt = l.mt();
    let p = lt.matmul(g);
    let p = (p.tril(0) + p.tril(-1)) * 0.5;
    let left = lt.solve_triangular(&p, true, false);
    let both = lt.solve_triangular(&left.mt(), true, false);
    (&both + both.mt()) * 0.5
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    /// Positive definite for any `x`.
    fn definite(x: &Tensor) -> Tensor {
        x.matmul(&x.mt()) + Tensor::eye(3).double()
    }
    gradcheck_test!(cholesky, |x| definite(x).cholesky(), [2, 3, 3]; no empty, scalar);
    gradcheck_test!(
        solve,
        |x, b| definite(x).cholesky().cholesky_solve(b, false),
        [3, 3],
        [3, 2]; no empty, scalar
    );
    gradcheck_test!(
        inverse,
        |x| definite(x).cholesky().mt().cholesky_inverse(true),
        [3, 3]; no empty, scalar
    );

    #[test]
    #[should_panic(
        expected = "cholesky: the matrix is not positive definite: its leading 2 × 2 part is not"
    )]
    fn an_indefinite_matrix_is_refused() {
        let _ = Tensor::from([[1.0, 0.0], [0.0, -1.0]]).cholesky();
    }
}
