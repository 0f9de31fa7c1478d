//! Diagonals.
use super::{operand::IntoOperand, view::part};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis},
};

impl Tensor {
    /// The elements at `i, i + offset` of axes `dim1, dim2`, as a new last axis; a view. A negative
    /// offset lies below the main diagonal; one beyond the corner picks nothing.
    ///
    /// # Panics
    /// If the axes do not exist or are the same.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2, 3], [4, 5, 6]]);
    /// assert_eq!(x.diagonal(0, 0, 1), Tensor::from([1, 5]));
    /// assert_eq!(x.diagonal(1, 0, 1), Tensor::from([2, 6]));
    /// ```
    #[track_caller]
    pub fn diagonal(&self, offset: isize, dim1: isize, dim2: isize) -> Tensor {
        ok!(self.try_diagonal("diagonal", offset, dim1, dim2))
    }

    fn try_diagonal(
        &self,
        op: &'static str,
        offset: isize,
        dim1: isize,
        dim2: isize,
    ) -> Result<Tensor> {
        let (a, b) = (axis(op, dim1, self.dim())?, axis(op, dim2, self.dim())?);
        if a == b || self.dim() < 2 {
            bail!(
                op,
                Index,
                "a diagonal needs two axes, but {dim1} and {dim2} of {:?} are one",
                self.shape()
            );
        }
        let down = if offset < 0 { offset.unsigned_abs() } else { 0 };
        let right = if offset > 0 { offset.unsigned_abs() } else { 0 };
        let (rows, columns) = (self.shape()[a], self.shape()[b]);
        let len = rows.saturating_sub(down).min(columns.saturating_sub(right));
        Ok(part(self, op, move |x| {
            let (s, t) = (x.strides()[a], x.strides()[b]);
            let first = if len == 0 { 0 } else { down * s + right * t };
            let rest = |d: &Dims| d.remove(a.max(b)).remove(a.min(b));
            let (shape, strides) = (rest(x.dims()), rest(x.stride_dims()));
            let last = shape.len();
            x.strided(
                x.offset() + first,
                shape.insert(last, len),
                strides.insert(last, s + t),
            )
        }))
    }

    /// The diagonal of a matrix, or the matrix with this vector as its diagonal and zeros elsewhere.
    ///
    /// # Panics
    /// If there are neither one nor two axes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]).diag(0), Tensor::from([[1, 0], [0, 2]]));
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).diag(-1), Tensor::from([3]));
    /// ```
    #[track_caller]
    pub fn diag(&self, offset: isize) -> Tensor {
        ok!(self.try_diag(offset))
    }

    fn try_diag(&self, offset: isize) -> Result<Tensor> {
        match self.dim() {
            1 => self.spanned("diag", offset),
            2 => Ok(self.try_diagonal("diag", offset, 0, 1)?.copy()),
            _ => bail!(
                "diag",
                Shape,
                "a vector or a matrix is needed, not {:?}",
                self.shape()
            ),
        }
    }

    /// The matrix with this vector as its diagonal.
    fn spanned(&self, op: &'static str, offset: isize) -> Result<Tensor> {
        let n = self.numel() + offset.unsigned_abs();
        let out = Tensor::filled(Dims::new(&[n, n]), 0.0, self.dtype());
        out.try_diagonal(op, offset, 0, 1)?.embed(op, self)?;
        Ok(out)
    }

    /// The matrix with all elements, in row-major order, as its diagonal and zeros elsewhere.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1, 2]).diagflat(1);
    /// assert_eq!(x, Tensor::from([[0, 1, 0], [0, 0, 2], [0, 0, 0]]));
    /// ```
    #[track_caller]
    pub fn diagflat(&self, offset: isize) -> Tensor {
        ok!(self.reshape(-1).spanned("diagflat", offset))
    }

    /// A copy with `source` as the diagonal that [`Tensor::diagonal`] picks.
    ///
    /// # Panics
    /// As [`Tensor::diagonal`]; if `source` has another shape or dtype than the diagonal.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4]]).diagonal_scatter(&Tensor::from([7, 8]), 0, 0, 1);
    /// assert_eq!(x, Tensor::from([[7, 2], [3, 8]]));
    /// ```
    #[track_caller]
    pub fn diagonal_scatter(
        &self,
        source: &Tensor,
        offset: isize,
        dim1: isize,
        dim2: isize,
    ) -> Tensor {
        const OP: &str = "diagonal_scatter";
        let out = self.copy();
        let diagonal = ok!(out.try_diagonal(OP, offset, dim1, dim2));
        ok!(diagonal.embed(OP, source));
        out
    }

    /// Sets the main diagonal of a matrix to `value`; of a tensor with more axes, all of one size,
    /// the elements whose positions are all equal.
    ///
    /// # Panics
    /// If there are fewer than two axes, or more than two of different sizes; or as
    /// [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).fill_diagonal_(1.0), Tensor::from([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]));
    /// ```
    #[track_caller]
    pub fn fill_diagonal_(&self, value: impl IntoOperand) -> Tensor {
        const OP: &str = "fill_diagonal_";
        let diagonal = ok!(self.corner_to_corner(OP));
        ok!(diagonal.assign(OP, value.operand()));
        self.clone()
    }

    /// The elements whose positions are all equal.
    fn corner_to_corner(&self, op: &'static str) -> Result<Tensor> {
        let (n, cube) = match self.shape() {
            [] | [_] => bail!(op, Shape, "{:?} has no diagonal", self.shape()),
            [rows, columns] => ((*rows).min(*columns), true),
            [n, rest @ ..] => (*n, rest.iter().all(|m| m == n)),
        };
        if !cube {
            bail!(op, Shape, "the sizes of {:?} differ", self.shape());
        }
        Ok(part(self, op, move |x| {
            let step = x.strides().iter().sum();
            x.strided(x.offset(), Dims::new(&[n]), Dims::new(&[step]))
        }))
    }

    /// The sum of the main diagonal of a matrix.
    ///
    /// # Panics
    /// If it is not a matrix.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).trace(), Tensor::from(5));
    /// ```
    #[track_caller]
    pub fn trace(&self) -> Tensor {
        ok!(self.try_trace())
    }

    fn try_trace(&self) -> Result<Tensor> {
        if self.dim() != 2 {
            bail!("trace", Shape, "a matrix is needed, not {:?}", self.shape());
        }
        Ok(self.try_diagonal("trace", 0, 0, 1)?.sum())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(diagonal, |x| x.diagonal(-1, 2, 0) * 2.0, [3, 2, 4]; no scalar);
    gradcheck_test!(matrix, |x| x.diag(-1).square(), [3]; no scalar);
    gradcheck_test!(vector, |x| x.diag(1).square(), [3, 4]; no scalar);
    gradcheck_test!(diagflat, |x| x.diagflat(1).square(), [2, 2]);
    gradcheck_test!(
        diagonal_scatter,
        |x, s| x.diagonal_scatter(s, 1, 0, 1).square(),
        [3, 4],
        [3]; no empty, scalar);
    gradcheck_test!(trace, |x| x.trace().square(), [3, 4]; no scalar);

    #[test]
    fn an_offset_beyond_the_corner_picks_nothing() {
        let x = Tensor::zeros([2, 3]);
        assert_eq!(x.diagonal(3, 0, 1).shape(), [0]);
        assert_eq!(x.diagonal(-100, 0, 1).shape(), [0]);
    }

    #[test]
    fn a_diagonal_is_a_view() {
        let x = Tensor::zeros([2, 2]);
        x.diagonal(0, 0, 1).fill_(3.0);
        assert_eq!(x, Tensor::from([3.0, 3.0]).diag(0));
        let cube = Tensor::zeros([2, 2, 2]).fill_diagonal_(1);
        assert_eq!(cube.nonzero(), Tensor::from([[0, 0, 0], [1, 1, 1]]));
    }

    #[test]
    #[should_panic(
        expected = "diagonal: a diagonal needs two axes, but 1 and -1 of [2, 3] are one"
    )]
    fn two_axes_are_needed() {
        let _ = Tensor::zeros([2, 3]).diagonal(0, 1, -1);
    }

    #[test]
    #[should_panic(expected = "trace: a matrix is needed, not [2, 2, 2]")]
    fn a_trace_is_that_of_a_matrix() {
        let _ = Tensor::zeros([2, 2, 2]).trace();
    }
}
