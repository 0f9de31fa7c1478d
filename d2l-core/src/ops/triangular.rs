//! Systems of equations whose matrix is a triangle.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::linalg as kernel,
    tensor::broadcast,
};

impl Tensor {
    /// The solution `X` of `T X = B`, where `T`, this tensor, is a triangle `[.., n, n]` and `B` is
    /// `[.., n, m]`; batches broadcast. Only that triangle is read, and with `unit` its diagonal is
    /// taken as 1. A 0 on the diagonal divides by zero. PyTorch's `linalg.solve_triangular`, with
    /// `upper` and `unitriangular`; for `left=False` see [`Tensor::solve_triangular_right`].
    ///
    /// # Panics
    /// If the shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let t = Tensor::from([[2.0, 0.0], [1.0, 4.0]]);
    /// let x = t.solve_triangular(&Tensor::from([[2.0], [9.0]]), false, false);
    /// assert_eq!(x, Tensor::from([[1.0], [2.0]]));
    /// ```
    #[track_caller]
    pub fn solve_triangular(&self, b: &Tensor, upper: bool, unit: bool) -> Tensor {
        ok!(triangular("solve_triangular", self, b, upper, unit))
    }

    /// The solution `X` of `X T = B`, as [`Tensor::solve_triangular`]; `B` is `[.., m, n]`.
    ///
    /// # Panics
    /// If the shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let t = Tensor::from([[2.0, 1.0], [0.0, 4.0]]);
    /// let x = t.solve_triangular_right(&Tensor::from([[2.0, 9.0]]), true, false);
    /// assert_eq!(x, Tensor::from([[1.0, 2.0]]));
    /// ```
    #[track_caller]
    pub fn solve_triangular_right(&self, b: &Tensor, upper: bool, unit: bool) -> Tensor {
        const OP: &str = "solve_triangular_right";
        ok!(self.check_square(OP));
        ok!(b.check_matrix(OP));
        ok!(triangular(OP, &self.mt(), &b.mt(), !upper, unit)).mt()
    }

    /// Both in F64 and of one batch, with as many rows.
    pub(crate) fn system(&self, op: &'static str, b: &Tensor) -> Result<(Tensor, Tensor)> {
        let n = self.check_square(op)?;
        let (rows, m) = b.check_matrix(op)?;
        if rows != n {
            bail!(
                op,
                Shape,
                "{:?} and {:?} do not fit: {n} and {rows} rows differ",
                self.shape(),
                b.shape()
            );
        }
        if self.dtype() != b.dtype() {
            bail!(
                op,
                DType,
                "dtypes {} and {} differ (convert with `to_dtype`)",
                self.dtype(),
                b.dtype()
            );
        }
        let batch = broadcast(op, &self.batch(), &b.batch())?;
        let with = |m: usize| batch.insert(batch.len(), n).insert(batch.len() + 1, m);
        Ok((self.double().expand(with(n)), b.double().expand(with(m))))
    }
}

fn triangular(op: &'static str, t: &Tensor, b: &Tensor, upper: bool, unit: bool) -> Result<Tensor> {
    let (a, x) = t.system(op, b)?;
    Ok(solved(&a, &x, upper, unit).to_dtype(t.dtype()))
}

/// The solution for F64 matrices of one batch.
fn solved(t: &Tensor, b: &Tensor, upper: bool, unit: bool) -> Tensor {
    let (n, m) = (b.size(-2), b.size(-1));
    let (packed, _) = t.each_pair(b, n * m, |t, b, x| {
        x.copy_from_slice(b);
        kernel::solve_triangular(n, m, t, upper, unit, x);
        Ok(())
    });
    let saved = t.saved("solve_triangular");
    let x = packed.part(0, &[n, m]);
    x.record_output("solve_triangular", [t, b], move |g, cx| {
        let by_b = solved(&saved.mt(), g, !upper, unit);
        let by_t = || {
            let all = -by_b.matmul(&cx.output().mt());
            let inside = isize::from(unit);
            if upper {
                all.triu(inside)
            } else {
                all.tril(-inside)
            }
        };
        [cx.needs(0, by_t), cx.needs(1, || by_b.clone())]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    fn far_from_singular(t: &Tensor) -> Tensor {
        t + 3.0 * Tensor::eye(3).double()
    }
    gradcheck_test!(
        lower,
        |t, b| far_from_singular(t).solve_triangular(b, false, false),
        [3, 3],
        [2, 3, 2]; no empty, scalar
    );
    gradcheck_test!(
        unit_upper,
        |t, b| t.solve_triangular(b, true, true),
        [2, 3, 3],
        [3, 2]; no scalar
    );
    gradcheck_test!(
        right,
        |t, b| far_from_singular(t).solve_triangular_right(b, true, false),
        [3, 3],
        [2, 3]; no empty, scalar
    );

    #[test]
    #[should_panic(
        expected = "solve_triangular: [2, 2] and [3, 1] do not fit: 2 and 3 rows differ"
    )]
    fn rows_must_agree() {
        let _ = Tensor::eye(2).solve_triangular(&Tensor::ones([3, 1]), true, false);
    }
}
