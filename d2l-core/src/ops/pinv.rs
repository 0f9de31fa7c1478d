//! What follows from singular values: pseudo-inverse, least squares, rank, condition.
use crate::{
    DType, IntoOperand, Operand, Tensor,
    error::{Result, bail, ok},
};

impl Tensor {
    /// The Moore–Penrose inverse of matrices `[.., m, n]`, `[.., n, m]`. Singular values up to `max(m,
    /// n) ε` times the largest count as 0; see [`Tensor::pinv_tol`]. PyTorch's `linalg.pinv`.
    ///
    /// # Panics
    /// If the tensor has fewer than two axes, is not a float, or holds NaN or infinity.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[2.0, 0.0], [0.0, 0.0]]);
    /// assert!(a.pinv().allclose(&Tensor::from([[0.5, 0.0], [0.0, 0.0]]), 1e-5, 1e-6));
    /// ```
    #[track_caller]
    pub fn pinv(&self) -> Tensor {
        ok!(self.check_matrix("pinv"));
        self.pinv_tol(0.0, self.rank_tolerance())
    }

    /// As [`Tensor::pinv`]; singular values up to `atol` or up to `rtol` times the largest count as 0.
    /// Both are numbers or a tensor of numbers, one for each matrix.
    ///
    /// # Panics
    /// As [`Tensor::pinv`], or if the tolerances do not broadcast with the batch.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[2.0, 0.0], [0.0, 1.0]]);
    /// let p = a.pinv_tol(1.5, 0.0);
    /// assert!(p.allclose(&Tensor::from([[0.5, 0.0], [0.0, 0.0]]), 1e-5, 1e-6));
    /// ```
    #[track_caller]
    pub fn pinv_tol(&self, atol: impl IntoOperand, rtol: impl IntoOperand) -> Tensor {
        ok!(self.check_matrix("pinv"));
        let x = self.double();
        let (u, s, vh) = x.detach().svd();
        let counts = s
            .gt(limit(&s, atol.operand(), rtol.operand()))
            .to_dtype(DType::F64);
        // 1 where a singular value does not count, so that nothing is divided by 0.
        let inverse = &counts / (&s * &counts + (1.0 - &counts));
        let p = (vh.mt() * inverse.unsqueeze(-2)).matmul(&u.mt());
        let saved = x.saved("pinv");
        let p = p.record_output("pinv", [&x], move |g, cx| {
            [Some(gradient(&g.mt(), &saved, cx.output()))]
        });
        p.to_dtype(self.dtype())
    }

    /// `X` with the least `‖A X - B‖`, of those the one with the least norm, and the squared
    /// distances `[.., k]`, one per column of `B`; they are empty, as in PyTorch, unless there are more
    /// rows than columns and no matrix lacks rank. `A`, this tensor, is `[.., m, n]`, `B` is `[..,
    /// m, k]`. PyTorch's `linalg.lstsq` with driver `gelsd`; all its drivers agree where the rank is full.
    ///
    /// # Panics
    /// If the shapes or dtypes do not fit, or for NaN or infinity.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
    /// let (x, off) = a.lstsq(&Tensor::from([[1.0], [3.0], [5.0]]));
    /// assert!(x.allclose(&Tensor::from([[1.0], [2.0]]), 1e-5, 1e-6));
    /// assert!(off.item() < 1e-9);
    /// ```
    #[track_caller]
    pub fn lstsq(&self, b: &Tensor) -> (Tensor, Tensor) {
        let (m, n) = ok!(check_lstsq(self, b));
        let (a, right) = (self.double(), b.double());
        let x = a.pinv_tol(0.0, self.rank_tolerance()).matmul(&right);
        let full = m > n && self.matrix_rank().eq(n).all();
        let off = if full {
            (a.matmul(&x) - right).square().sum_dim(-2)
        } else {
            Tensor::zeros([0]).double()
        };
        (x.to_dtype(self.dtype()), off.to_dtype(self.dtype()))
    }

    /// The rank of matrices `[.., m, n]`, as `I64`: how many singular values are above `max(m, n) ε`
    /// times the largest. PyTorch's `linalg.matrix_rank`.
    ///
    /// # Panics
    /// As [`Tensor::pinv`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0, 2.0], [2.0, 4.0]]).matrix_rank(), Tensor::from(1));
    /// ```
    #[track_caller]
    pub fn matrix_rank(&self) -> Tensor {
        ok!(self.check_matrix("matrix_rank"));
        self.matrix_rank_tol(0.0, self.rank_tolerance())
    }

    /// As [`Tensor::matrix_rank`]: how many singular values are above `atol` and above `rtol` times
    /// the largest. Both are numbers or a tensor of numbers, one for each matrix.
    ///
    /// # Panics
    /// As [`Tensor::pinv_tol`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::eye(3).matrix_rank_tol(1.0, 0.0), Tensor::from(0));
    /// ```
    #[track_caller]
    pub fn matrix_rank_tol(&self, atol: impl IntoOperand, rtol: impl IntoOperand) -> Tensor {
        ok!(self.check_matrix("matrix_rank"));
        let s = self.detach().double().svdvals();
        s.gt(limit(&s, atol.operand(), rtol.operand()))
            .long()
            .sum_dim(-1)
    }

    /// The largest singular value divided by the smallest: the condition number in the 2-norm;
    /// infinite for singular matrices, 0 for empty ones. PyTorch's `linalg.cond`.
    ///
    /// # Panics
    /// As [`Tensor::pinv`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[4.0, 0.0], [0.0, 2.0]]).cond().item(), 2.0);
    /// ```
    #[track_caller]
    pub fn cond(&self) -> Tensor {
        let (m, n) = ok!(self.check_matrix("cond"));
        let s = self.double().svdvals();
        let at = |i: usize| s.narrow(-1, i, 1).squeeze(-1);
        let cond = match m.min(n) {
            0 => s.sum_dim(-1),
            k => at(0) / at(k - 1),
        };
        cond.to_dtype(self.dtype())
    }

    /// The relative size up to which PyTorch takes a singular value as 0.
    fn rank_tolerance(&self) -> f64 {
        let epsilon = match self.dtype() {
            DType::F32 => f64::from(f32::EPSILON),
            _ => f64::EPSILON,
        };
        epsilon * self.size(-1).max(self.size(-2)) as f64
    }
}

fn check_lstsq(a: &Tensor, b: &Tensor) -> Result<(usize, usize)> {
    let (m, n) = a.check_matrix("lstsq")?;
    let (rows, _) = b.check_matrix("lstsq")?;
    if rows != m {
        bail!(
            "lstsq",
            Shape,
            "{:?} and {:?} do not fit: {m} and {rows} rows differ",
            a.shape(),
            b.shape()
        );
    }
    if a.dtype() != b.dtype() {
        bail!(
            "lstsq",
            DType,
            "dtypes {} and {} differ (convert with `to_dtype`)",
            a.dtype(),
            b.dtype()
        );
    }
    Ok((m, n))
}

/// Up to where singular values count as 0, `[.., 1]`.
#[track_caller]
fn limit(s: &Tensor, atol: Operand<'_>, rtol: Operand<'_>) -> Tensor {
    let first = s.narrow(-1, 0, s.size(-1).min(1));
    let column = |t: Operand<'_>| match t {
        Operand::Tensor(t) => t.detach().double().unsqueeze(-1),
        Operand::Float(v) => Tensor::full([1], v).double(),
        Operand::Int(v) => Tensor::full([1], v).double(),
    };
    column(atol).maximum(column(rtol) * first)
}

/// `-Pᵀ G Pᵀ + (I - A P) Gᵀ P Pᵀ + Pᵀ P Gᵀ (I - P A)`, given `Gᵀ`.
fn gradient(gt: &Tensor, a: &Tensor, p: &Tensor) -> Tensor {
    let pt = p.mt();
    let (left, right) = (gt.matmul(p).matmul(&pt), pt.matmul(p).matmul(gt));
    let inner = pt.matmul(&gt.mt()).matmul(&pt);
    let left = &left - a.matmul(&p.matmul(&left));
    let right = &right - right.matmul(p).matmul(a);
    left + right - inner
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    /// Of full rank, whatever `x`.
    fn full(x: &Tensor) -> Tensor {
        let (m, n) = (x.size(-2), x.size(-1));
        x + 3.0 * Tensor::eye([m, n]).double()
    }
    gradcheck_test!(cut, |x| full(x).pinv_tol(0.1, 0.0), [4, 2]; no scalar);
    gradcheck_test!(tall, |x| full(x).pinv(), [2, 4, 2]; no scalar);
    gradcheck_test!(with_tolerance, |x| full(x).pinv_tol(1e-9, 1e-9), [3, 3]; no scalar);
    gradcheck_test!(wide, |x| full(x).pinv(), [2, 4]; no scalar);
    gradcheck_test!(lstsq, |a, b| full(a).lstsq(b).0, [4, 2], [4, 3]; no scalar);
    gradcheck_test!(residuals, |a, b| full(a).lstsq(b).1, [4, 2], [4, 3]; no scalar);
    gradcheck_test!(cond, |x| full(x).cond(), [3, 3]; no scalar);

    #[test]
    fn a_singular_matrix_has_infinite_condition() {
        assert_eq!(
            Tensor::from([[1.0, 0.0], [0.0, 0.0]]).cond().item(),
            f64::INFINITY
        );
    }

    #[test]
    fn empty_matrices_have_condition_zero() {
        assert_eq!(Tensor::zeros([2, 3, 0]).cond(), Tensor::zeros([2]));
        assert_eq!(Tensor::zeros([0, 3, 3]).cond(), Tensor::zeros([0]));
    }
}
