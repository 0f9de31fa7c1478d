//! One position, or a stepped run, along an axis, and copies with another tensor there.
use super::index::TensorIndex;
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};

impl Tensor {
    /// Position `at` of axis `dim`, which disappears; a view. Negative ones count from the end.
    ///
    /// # Panics
    /// If the axis does not exist or the position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).select(1, -1), Tensor::from([2, 4]));
    /// ```
    #[track_caller]
    pub fn select(&self, dim: isize, at: isize) -> Tensor {
        self.i(ok!(along("select", self, dim, TensorIndex::At(at))))
    }

    /// A copy with `source` at position `at` of axis `dim`.
    ///
    /// # Panics
    /// As [`Tensor::select`]; if `source` has another shape or dtype than what it replaces.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4]]).select_scatter(&Tensor::from([8, 9]), 1, 0);
    /// assert_eq!(x, Tensor::from([[8, 2], [9, 4]]));
    /// ```
    #[track_caller]
    pub fn select_scatter(&self, source: &Tensor, dim: isize, at: isize) -> Tensor {
        const OP: &str = "select_scatter";
        let index = ok!(along(OP, self, dim, TensorIndex::At(at)));
        let out = self.copy();
        ok!(out.i(index).embed(OP, source));
        out
    }

    /// A copy with `source` at the positions `start`, `start + step`, … before `end` of axis `dim`;
    /// `None` is an end of the axis.
    ///
    /// # Panics
    /// If the axis does not exist or `step` is 0; if `source` has another shape or dtype than what
    /// it replaces.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(5).slice_scatter(&Tensor::from([7, 8]), 0, Some(1), None, 2);
    /// assert_eq!(x, Tensor::from([0, 7, 2, 8, 4]));
    /// ```
    #[track_caller]
    pub fn slice_scatter(
        &self,
        source: &Tensor,
        dim: isize,
        start: Option<isize>,
        end: Option<isize>,
        step: usize,
    ) -> Tensor {
        const OP: &str = "slice_scatter";
        let index = ok!(along(OP, self, dim, TensorIndex::Slice(start, end, step)));
        let out = self.copy();
        ok!(out.i(index).embed(OP, source));
        out
    }

    /// Writes `source`, which must be just like this view, to its place.
    pub(crate) fn embed(&self, op: &'static str, source: &Tensor) -> Result<()> {
        self.check_source(op, source)?;
        if source.shape() != self.shape() {
            bail!(
                op,
                Shape,
                "a source of shape {:?} does not fit a place of shape {:?}",
                source.shape(),
                self.shape()
            );
        }
        self.assign(op, source.into())
    }
}

/// `index` at axis `dim`.
fn along<'a>(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    index: TensorIndex<'a>,
) -> Result<Vec<TensorIndex<'a>>> {
    if x.dim() == 0 {
        bail!(op, Shape, "a single number has no axis to pick from");
    }
    let mut list = vec![TensorIndex::Slice(None, None, 1); axis(op, dim, x.dim())?];
    list.push(index);
    Ok(list)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(select, |x| x.select(-1, -2) * 2.0, [3, 4]; no empty, scalar);
    gradcheck_test!(
        select_scatter,
        |x, s| x.select_scatter(s, 1, 2).square(),
        [3, 4],
        [3]; no empty, scalar);
    gradcheck_test!(
        slice_scatter,
        |x, s| x.slice_scatter(s, -1, Some(-3), None, 2).square(),
        [3, 4],
        [3, 2]; no empty, scalar);

    #[test]
    #[should_panic(expected = "select: axis 2 is out of range for a tensor of 2 axes")]
    fn the_axis_must_exist() {
        let _ = Tensor::zeros([2, 3]).select(2, 0);
    }

    #[test]
    #[should_panic(
        expected = "select_scatter: a source of shape [1] does not fit a place of shape [2]"
    )]
    fn nothing_broadcasts() {
        let _ = Tensor::zeros([2, 3]).select_scatter(&Tensor::zeros([1]), 1, 0);
    }
}
