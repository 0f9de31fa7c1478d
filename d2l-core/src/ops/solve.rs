//! Systems of linear equations and the inverse.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::linalg as kernel,
};

impl Tensor {
    /// The solution `X` of `A X = B` for square matrices `A`, this tensor `[.., n, n]`. `B` is a matrix
    /// `[.., n, m]` or a vector `[.., n]`: a vector if it has one axis, or the shape of `A` without its
    /// last axis. Batches broadcast. PyTorch's `linalg.solve`.
    ///
    /// # Panics
    /// If a matrix is singular, or the shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[2.0, 1.0], [1.0, 3.0]]);
    /// assert_eq!(a.solve(&Tensor::from([3.0, 4.0])), Tensor::from([1.0, 1.0]));
    /// ```
    #[track_caller]
    pub fn solve(&self, b: &Tensor) -> Tensor {
        ok!(self.try_solve(b))
    }

    /// [`Tensor::solve`] as a `Result`.
    ///
    /// # Errors
    /// If a matrix is singular, or the shapes or dtypes do not fit.
    pub fn try_solve(&self, b: &Tensor) -> Result<Tensor> {
        self.check_square("solve")?;
        let vectors = b.dim() == 1 || b.shape() == &self.shape()[..self.dim() - 1];
        let columns = if vectors { b.unsqueeze(-1) } else { b.clone() };
        let (a, columns) = self.system("solve", &columns)?;
        let x = solved("solve", &a, &columns)?.to_dtype(self.dtype());
        Ok(if vectors { x.squeeze(-1) } else { x })
    }

    /// The inverse of square matrices; PyTorch's `linalg.inv`. To solve equations, [`Tensor::solve`] is
    /// faster and more accurate.
    ///
    /// # Panics
    /// If a matrix is singular or not square.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[2.0, 0.0], [0.0, 4.0]]);
    /// assert_eq!(a.inv(), Tensor::from([[0.5, 0.0], [0.0, 0.25]]));
    /// ```
    #[track_caller]
    pub fn inv(&self) -> Tensor {
        ok!(self.try_inv())
    }

    /// [`Tensor::inv`] as a `Result`.
    ///
    /// # Errors
    /// If a matrix is singular or not square.
    pub fn try_inv(&self) -> Result<Tensor> {
        let n = self.check_square("inv")?;
        let a = self.double();
        let one = Tensor::eye(n).double().expand(*a.dims());
        let x = solved("inv", &a.detach(), &one)?;
        let x = x.record_output("inv", [&a], |g, cx| {
            let xt = cx.output().mt();
            [Some(-xt.matmul(g).matmul(&xt))]
        });
        Ok(x.to_dtype(self.dtype()))
    }
}

/// The solution for F64 matrices of one batch.
fn solved(op: &'static str, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    let (n, m) = (b.size(-2), b.size(-1));
    let (packed, failure) = a.each_pair(b, n * m, |a, b, x| {
        let (mut f, mut rows) = (a.to_vec(), vec![0; n]);
        kernel::lu(n, &mut f, &mut rows);
        if let Some(k) = (0..n).find(|k| f[k * n + k] == 0.0) {
            return Err(k);
        }
        for (x, &row) in x.chunks_exact_mut(m.max(1)).zip(&rows) {
            x.copy_from_slice(&b[row * m..][..m]);
        }
        kernel::solve_triangular(n, m, &f, false, true, x);
        kernel::solve_triangular(n, m, &f, true, false, x);
        Ok(())
    });
    if let Some(e) = failure {
        bail!(
            op,
            Value,
            "{e} is singular: elimination leaves no pivot in column {}",
            e.at
        );
    }
    let saved = a.saved("solve");
    let x = packed.part(0, &[n, m]);
    Ok(x.record_output("solve", [a, b], move |g, cx| {
        let by_b = saved.mt().solve(g);
        let by_a = || -by_b.matmul(&cx.output().mt());
        [cx.needs(0, by_a), cx.needs(1, || by_b.clone())]
    }))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    fn regular(x: &Tensor) -> Tensor {
        x + 3.0 * Tensor::eye(x.size(-1)).double()
    }
    gradcheck_test!(solve, |a, b| regular(a).solve(b), [3, 3], [2, 3, 2]; no scalar);
    gradcheck_test!(solve_vectors, |a, b| regular(a).solve(b), [2, 3, 3], [2, 3]; no scalar);
    gradcheck_test!(inv, |a| regular(a).inv(), [2, 3, 3]; no scalar);

    #[test]
    #[should_panic(
        expected = "inv: matrix 1 of the batch is singular: elimination leaves no pivot in column 1"
    )]
    fn a_singular_matrix_is_named() {
        let _ = Tensor::from([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 2.0], [2.0, 4.0]]]).inv();
    }
}
