//! Entries of an axis added to, replaced and filled by position.
use super::operand::{IntoOperand, Operand};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::Dims,
};

impl Tensor {
    /// A copy with `alpha * source` added to the entries `index` (1-d) of axis `dim`.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::ones([3]).index_add(0, &Tensor::from([2, 2]), &Tensor::ones([2]), 10.0);
    /// assert_eq!(x, Tensor::from([1.0, 1.0, 21.0]));
    /// ```
    #[track_caller]
    pub fn index_add(&self, dim: isize, index: &Tensor, source: &Tensor, alpha: f64) -> Tensor {
        let out = self.copy();
        ok!(out.add_entries("index_add", dim, index, source, alpha));
        out
    }

    /// [`Tensor::index_add`] in place.
    ///
    /// # Panics
    /// As [`Tensor::index_add`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::ones([3]);
    /// x.index_add_(0, &Tensor::from([2, 2]), &Tensor::ones([2]), 10.0);
    /// assert_eq!(x, Tensor::from([1.0, 1.0, 21.0]));
    /// ```
    #[track_caller]
    pub fn index_add_(&self, dim: isize, index: &Tensor, source: &Tensor, alpha: f64) -> Tensor {
        ok!(self.add_entries("index_add_", dim, index, source, alpha));
        self.clone()
    }

    fn add_entries(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        source: &Tensor,
        alpha: f64,
    ) -> Result<()> {
        self.check_source(op, source)?;
        let scaled = if alpha == 1.0 {
            source.clone()
        } else {
            (source * alpha).to_dtype(self.dtype())
        };
        self.put_entries(op, dim, index, &scaled, true)
    }

    /// A copy in which the entries `index` (1-d) of axis `dim` are those of `source`; of several for
    /// one entry the last stays.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([3, 2]).index_copy(0, &Tensor::from([2]), &Tensor::ones([1, 2]));
    /// assert_eq!(x, Tensor::from([[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn index_copy(&self, dim: isize, index: &Tensor, source: &Tensor) -> Tensor {
        let out = self.copy();
        ok!(out.put_entries("index_copy", dim, index, source, false));
        out
    }

    /// [`Tensor::index_copy`] in place.
    ///
    /// # Panics
    /// As [`Tensor::index_copy`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([3]);
    /// x.index_copy_(0, &Tensor::from([2]), &Tensor::ones([1]));
    /// assert_eq!(x, Tensor::from([0.0, 0.0, 1.0]));
    /// ```
    #[track_caller]
    pub fn index_copy_(&self, dim: isize, index: &Tensor, source: &Tensor) -> Tensor {
        ok!(self.put_entries("index_copy_", dim, index, source, false));
        self.clone()
    }

    /// A copy with `value`, a number or a tensor of one element, in the entries `index` (1-d) of
    /// axis `dim`.
    ///
    /// # Panics
    /// If `index` is not 1-d or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2, 3]).index_fill(0, &Tensor::from([0, 2]), -1), Tensor::from([-1, 2, -1]));
    /// ```
    #[track_caller]
    pub fn index_fill(&self, dim: isize, index: &Tensor, value: impl IntoOperand) -> Tensor {
        let out = self.copy();
        ok!(out.fill_entries("index_fill", dim, index, value.operand()));
        out
    }

    /// [`Tensor::index_fill`] in place.
    ///
    /// # Panics
    /// As [`Tensor::index_fill`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1, 2, 3]);
    /// x.index_fill_(0, &Tensor::from([0, 2]), -1);
    /// assert_eq!(x, Tensor::from([-1, 2, -1]));
    /// ```
    #[track_caller]
    pub fn index_fill_(&self, dim: isize, index: &Tensor, value: impl IntoOperand) -> Tensor {
        ok!(self.fill_entries("index_fill_", dim, index, value.operand()));
        self.clone()
    }

    fn fill_entries(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        value: Operand<'_>,
    ) -> Result<()> {
        let (at, rows) = self.entries(op, dim, index)?;
        let value = self.one(op, value)?;
        // Each entry once: the gradient of the value counts the places it has filled.
        let mut list = rows.to_vec::<i64>();
        list.sort_unstable();
        list.dedup();
        let n = list.len();
        let shape = match self.dim() {
            0 => Dims::new(&[n]),
            _ => self.dims().with(at, n),
        };
        let rows = Tensor::from_vec(list, n);
        self.put_entries(op, dim, &rows, &value.expand(shape), false)
    }

    fn put_entries(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        source: &Tensor,
        add: bool,
    ) -> Result<()> {
        self.check_source(op, source)?;
        let (at, rows) = self.entries(op, dim, index)?;
        if self.dim() == 0 {
            let row = self.unsqueeze(0);
            return row.put_entries(op, 0, index, &source.reshape(-1), add);
        }
        if *source.dims() != self.dims().with(at, rows.numel()) {
            bail!(
                op,
                Shape,
                "a source of shape {:?} does not fit {} positions along axis {at} of {:?}",
                source.shape(),
                rows.numel(),
                self.shape()
            );
        }
        self.in_order(op, |x| {
            x.put_rows(op, at, &rows, source, add);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        index_copy,
        |x, s| x.index_copy(1, &Tensor::from([3, 0]), s) * 2.0,
        [3, 4],
        [3, 2]; no empty, scalar);
    gradcheck_test!(
        index_add,
        |x, s| x.index_add(0, &Tensor::from([1, 1]), s, 3.0),
        [3, 4],
        [2, 4]; no empty, scalar);
    gradcheck_test!(
        index_add_in_place,
        |x, s| {
            let y = x * 2.0;
            y.t().index_add_(1, &Tensor::from([1, -1]), &s.t(), 3.0);
            y.square()
        },
        [3, 4],
        [2, 4]; no empty, scalar);
    gradcheck_test!(
        index_fill,
        |x, v| x.index_fill(-1, &Tensor::from([1]), v.i(0)) * 2.0,
        [3, 4],
        [2]; no empty, scalar);
    gradcheck_test!(
        index_fill_twice,
        |x, v| x.index_fill(0, &Tensor::from([2, 2, -1]), v.i(0)).square(),
        [3, 4],
        [2]; no empty, scalar);

    #[test]
    fn the_last_of_equal_positions_stays() {
        let x = Tensor::zeros([3]).index_copy(0, &Tensor::from([1, 1]), &Tensor::from([5.0, 6.0]));
        assert_eq!(x, Tensor::from([0.0, 6.0, 0.0]));
    }

    #[test]
    fn a_number_is_an_axis_of_one() {
        let (x, zero) = (Tensor::from(5.0), Tensor::from([0]));
        assert_eq!(x.index_select(0, &zero), x);
        assert_eq!(x.index_add(0, &zero, &x, 2.0), Tensor::from(15.0));
        assert_eq!(x.index_fill(0, &zero, 1), Tensor::from(1.0));
    }

    #[test]
    #[should_panic(
        expected = "index_copy: a source of shape [3] does not fit 2 positions along axis 0 of [4]"
    )]
    fn the_source_must_fit() {
        let _ = Tensor::zeros([4]).index_copy(0, &Tensor::from([0, 1]), &Tensor::zeros([3]));
    }
}
