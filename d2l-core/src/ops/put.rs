//! Elements replaced by position, counted over everything.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::broadcast,
};

impl Tensor {
    /// A copy with `source` at the positions `index` (row-major, negative ones from the end). Where
    /// a position is named twice, the last value stays, or all are added with `accumulate`.
    ///
    /// # Panics
    /// If the numbers of elements or the dtypes differ, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[4, 3, 5], [6, 7, 8]]);
    /// let y = x.put(&Tensor::from([1, 3]), &Tensor::from([9, 10]), false);
    /// assert_eq!(y, Tensor::from([[4, 9, 5], [10, 7, 8]]));
    /// ```
    #[track_caller]
    pub fn put(&self, index: &Tensor, source: &Tensor, accumulate: bool) -> Tensor {
        let out = self.copy();
        ok!(out.try_put("put", index, source, accumulate));
        out
    }

    /// [`Tensor::put`] in place.
    ///
    /// # Panics
    /// As [`Tensor::put`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1, 2, 3]);
    /// x.put_(&Tensor::from([0, -1]), &Tensor::from([10, 10]), true);
    /// assert_eq!(x, Tensor::from([11, 2, 13]));
    /// ```
    #[track_caller]
    pub fn put_(&self, index: &Tensor, source: &Tensor, accumulate: bool) -> Tensor {
        ok!(self.try_put("put_", index, source, accumulate));
        self.clone()
    }

    fn try_put(&self, op: &'static str, index: &Tensor, source: &Tensor, add: bool) -> Result<()> {
        self.check_source(op, source)?;
        let at = index.positions(op, None, self.numel())?;
        if at.numel() != source.numel() {
            bail!(
                op,
                Shape,
                "{} positions, but a source of {} elements",
                at.numel(),
                source.numel()
            );
        }
        self.put_flat(op, &at.reshape(-1), &source.reshape(-1), add)
    }

    /// Writes `source` to checked flat positions, or adds it there.
    fn put_flat(&self, op: &'static str, at: &Tensor, source: &Tensor, add: bool) -> Result<()> {
        self.in_order(op, |x| {
            x.reshape(-1).put_rows(op, 0, at, source, add);
            Ok(())
        })
    }

    /// A copy in which the elements where `mask` is true are, in row-major order, the first ones of
    /// `source`. Mask and tensor broadcast to each other.
    ///
    /// # Panics
    /// If `mask` is not `Bool`, or `source` has too few elements or another dtype.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let mask = Tensor::from([true, false, true]);
    /// assert_eq!(Tensor::from([0, 0, 0]).masked_scatter(&mask, &Tensor::from([5, 6, 7])), Tensor::from([5, 0, 6]));
    /// ```
    #[track_caller]
    pub fn masked_scatter(&self, mask: &Tensor, source: &Tensor) -> Tensor {
        let shape = ok!(broadcast("masked_scatter", self.dims(), mask.dims()));
        let out = self.expand(shape).copy();
        ok!(out.try_masked_scatter("masked_scatter", mask, source));
        out
    }

    /// [`Tensor::masked_scatter`] in place: the mask broadcasts to this tensor.
    ///
    /// # Panics
    /// As [`Tensor::masked_scatter`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[0, 1], [2, 3]]);
    /// x.masked_scatter_(&Tensor::from([false, true]), &Tensor::from([8, 9]));
    /// assert_eq!(x, Tensor::from([[0, 8], [2, 9]]));
    /// ```
    #[track_caller]
    pub fn masked_scatter_(&self, mask: &Tensor, source: &Tensor) -> Tensor {
        ok!(self.try_masked_scatter("masked_scatter_", mask, source));
        self.clone()
    }

    fn try_masked_scatter(&self, op: &'static str, mask: &Tensor, source: &Tensor) -> Result<()> {
        self.check_source(op, source)?;
        self.check_broadcast(op, mask)?;
        let at = mask.expand(*self.dims()).true_positions(op)?;
        let n = at.numel();
        if n > source.numel() {
            bail!(
                op,
                Shape,
                "{n} places, but a source of {} elements",
                source.numel()
            );
        }
        self.put_flat(op, &at, &source.reshape(-1).narrow(0, 0, n), false)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        put,
        |x, s| x.put(&Tensor::from([[0, -1], [5, 2]]), s, false) * 2.0,
        [3, 4],
        [2, 2]; no empty, scalar);
    gradcheck_test!(
        put_added,
        |x, s| x.put(&Tensor::from([0, 0]), s, true) * 2.0,
        [3, 4],
        [2]; no empty, scalar);
    gradcheck_test!(
        put_in_place,
        |x, s| {
            let y = x * 2.0;
            y.t().put_(&Tensor::from([1, 7]), s, false);
            y.square()
        },
        [3, 4],
        [2]; no empty, scalar);
    gradcheck_test!(
        masked_scatter,
        |x, s| x.masked_scatter(&Tensor::from([true, false, true]), s),
        [2, 3],
        [5]; no empty, scalar);

    #[test]
    #[should_panic(expected = "put: 2 positions, but a source of 3 elements")]
    fn the_source_must_fit() {
        let _ = Tensor::zeros([4]).put(&Tensor::from([0, 1]), &Tensor::zeros([3]), false);
    }
}
