//! Norms of matrices.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis},
};

/// Which norm of a matrix. Numbers are converted, so that `x.matrix_norm(2.0)` reads as in PyTorch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum MatrixNorm {
    /// The root of the sum of all squares, PyTorch's `"fro"`.
    Frobenius,
    /// The sum of the singular values, PyTorch's `"nuc"`.
    Nuclear,
    /// 2 and -2: the largest and the smallest singular value. 1 and -1: the largest and smallest sum of
    /// absolute values in a column; `∞` and `-∞`: in a row.
    P(f64),
}

impl From<f64> for MatrixNorm {
    fn from(p: f64) -> MatrixNorm {
        MatrixNorm::P(p)
    }
}

impl Tensor {
    /// A norm of each matrix `[.., m, n]`, `[..]`; PyTorch's `linalg.matrix_norm`.
    ///
    /// # Panics
    /// For another number than ±1, ±2 and ±∞, for integers, and if there are fewer than two axes or
    /// a maximum over nothing would be taken.
    ///
    /// ```
    /// use d2l_core::{MatrixNorm, Tensor};
    /// let a = Tensor::from([[3.0, 0.0], [0.0, 4.0]]);
    /// assert_eq!(a.matrix_norm(MatrixNorm::Frobenius).item(), 5.0);
    /// assert_eq!(a.matrix_norm(MatrixNorm::Nuclear).item(), 7.0);
    /// assert_eq!(a.matrix_norm(f64::INFINITY).item(), 4.0);
    /// ```
    #[track_caller]
    pub fn matrix_norm(&self, norm: impl Into<MatrixNorm>) -> Tensor {
        ok!(self.try_matrix_norm(norm.into(), [-2, -1])).0
    }

    /// [`Tensor::matrix_norm`] of the matrices in two axes, rows first, which disappear.
    ///
    /// # Panics
    /// As [`Tensor::matrix_norm`], and if an axis does not exist or is given twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[[1.0], [2.0]], [[3.0], [-4.0]]]);
    /// assert_eq!(x.matrix_norm_dim(1.0, [0, 1]), Tensor::from([6.0]));
    /// ```
    #[track_caller]
    pub fn matrix_norm_dim(&self, norm: impl Into<MatrixNorm>, dims: [isize; 2]) -> Tensor {
        ok!(self.try_matrix_norm(norm.into(), dims)).0
    }

    /// [`Tensor::matrix_norm_dim`], where the two axes stay with size 1.
    ///
    /// # Panics
    /// As [`Tensor::matrix_norm_dim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let a = Tensor::from([[1.0, 2.0], [3.0, -4.0]]);
    /// assert_eq!(a.matrix_norm_keepdim(1.0, [-2, -1]), Tensor::from([[6.0]]));
    /// ```
    #[track_caller]
    pub fn matrix_norm_keepdim(&self, norm: impl Into<MatrixNorm>, dims: [isize; 2]) -> Tensor {
        let (y, kept) = ok!(self.try_matrix_norm(norm.into(), dims));
        y.reshape(kept)
    }

    /// The norm of a vector, or of a matrix if there are two axes; PyTorch's `linalg.norm` with an
    /// order. The same number means different norms: see [`Tensor::norm_p`] and
    /// [`Tensor::matrix_norm`], which also take batches.
    ///
    /// # Panics
    /// If there are not one or two axes, or as those.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, -2.0]).norm_ord(1.0).item(), 3.0);
    /// assert_eq!(Tensor::from([[1.0, -2.0]]).norm_ord(1.0).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn norm_ord(&self, norm: impl Into<MatrixNorm>) -> Tensor {
        match (self.dim(), norm.into()) {
            (1, MatrixNorm::P(p)) => self.norm_p(p),
            (2, norm) => self.matrix_norm(norm),
            (_, norm) => ok!(neither(self, norm)),
        }
    }

    /// The norm, and its shape with the axes kept.
    fn try_matrix_norm(&self, norm: MatrixNorm, dims: [isize; 2]) -> Result<(Tensor, Dims)> {
        const OP: &str = "matrix_norm";
        let n = self.check_matrix(OP).map(|_| self.dim())?;
        let (rows, columns) = (axis(OP, dims[0], n)?, axis(OP, dims[1], n)?);
        if rows == columns {
            bail!(OP, Index, "rows and columns are both axis {rows}");
        }
        let others = (0..n).filter(|&a| a != rows && a != columns);
        let order: Vec<isize> = others.chain([rows, columns]).map(|a| a as isize).collect();
        let x = self.permute(order);
        Ok((value(&x, norm)?, self.dims().with(rows, 1).with(columns, 1)))
    }
}

fn neither(x: &Tensor, norm: MatrixNorm) -> Result<Tensor> {
    bail!(
        "norm_ord",
        Shape,
        "{norm:?} of {:?}: neither a vector nor a matrix; use `norm_p` or `matrix_norm`",
        x.shape()
    )
}

/// The norm of the matrices in the last two axes.
fn value(x: &Tensor, norm: MatrixNorm) -> Result<Tensor> {
    let MatrixNorm::P(p) = norm else {
        return Ok(match norm {
            MatrixNorm::Nuclear => x.svdvals().sum_dim(-1),
            _ => x.norm_dim([-2, -1]),
        });
    };
    let (m, n) = (x.size(-2), x.size(-1));
    let sums = match p.abs() {
        1.0 => n,
        2.0 => m.min(n),
        f64::INFINITY => m,
        _ => bail!(
            "matrix_norm",
            Value,
            "there is no norm of order {p}; it is ±1, ±2 or ±∞"
        ),
    };
    if sums == 0 {
        bail!(
            "matrix_norm",
            Shape,
            "of order {p} is not defined for {:?}",
            x.shape()
        );
    }
    let each = match p.abs() {
        1.0 => x.abs().sum_dim(-2),
        2.0 => x.svdvals(),
        _ => x.abs().sum_dim(-1),
    };
    Ok(if p > 0.0 {
        each.amax_dim(-1)
    } else {
        each.amin_dim(-1)
    })
}

#[cfg(test)]
mod tests {
    use super::MatrixNorm;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(norm_ord, |x| x.norm_ord(MatrixNorm::Frobenius), [3, 4]; no scalar);
    gradcheck_test!(nuclear, |x| x.matrix_norm(MatrixNorm::Nuclear), [2, 3, 4]; no scalar);
    gradcheck_test!(spectral, |x| x.matrix_norm_dim(2.0, [2, 0]), [3, 2, 4]; no empty, scalar);
    gradcheck_test!(columns, |x| x.matrix_norm(1.0), [3, 4]; no empty, scalar);
    gradcheck_test!(
        rows,
        |x| x.matrix_norm_keepdim(f64::NEG_INFINITY, [0, 1]),
        [3, 4]; no empty, scalar);

    #[test]
    #[should_panic(expected = "matrix_norm: there is no norm of order 3; it is ±1, ±2 or ±∞")]
    fn other_orders_are_refused() {
        let _ = Tensor::eye(2).matrix_norm(3.0);
    }

    #[test]
    #[should_panic(expected = "norm_ord: Frobenius of [2, 3, 4]: neither a vector nor a matrix")]
    fn a_batch_is_neither() {
        let _ = Tensor::ones([2, 3, 4]).norm_ord(MatrixNorm::Frobenius);
    }
}
