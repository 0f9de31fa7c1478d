//! Elements picked by position: over everything, or along one axis.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    kernel::{
        index::{self, Along},
        math::Num,
        storage::Plain,
    },
    tensor::{Dims, axis, broadcast, moved, stored},
};

impl Tensor {
    /// The elements at the positions `index` (`I64`, of any shape) of this tensor in row-major order;
    /// negative ones count from the end. The result has the shape of `index`.
    ///
    /// # Panics
    /// If a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[4, 3, 5], [6, 7, 8]]);
    /// assert_eq!(x.take(&Tensor::from([0, 2, -1])), Tensor::from([4, 5, 8]));
    /// ```
    #[track_caller]
    pub fn take(&self, index: &Tensor) -> Tensor {
        let at = ok!(index.positions("take", None, self.numel()));
        self.pick(&at)
    }

    /// The elements at checked flat positions.
    pub(crate) fn pick(&self, at: &Tensor) -> Tensor {
        let picked = self.reshape(-1).rows(0, &at.reshape(-1));
        picked.reshape(*at.dims())
    }

    /// `out[i][j] = self[i][index[i][j]]` for `dim` 1, and so on: the elements of each row that
    /// `index` names. Along the other axes `index` may be shorter than this tensor; it does not
    /// broadcast and has no negative positions.
    ///
    /// # Panics
    /// If the numbers of axes differ, `index` is too large or a position out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let scores = Tensor::from([[0.1, 0.9], [0.8, 0.2]]);
    /// let labels = Tensor::from([[1], [0]]);
    /// assert_eq!(scores.gather(1, &labels), Tensor::from([[0.9], [0.8]]));
    /// ```
    #[track_caller]
    pub fn gather(&self, dim: isize, index: &Tensor) -> Tensor {
        let (a, at) = ok!(self.places("gather", dim, index));
        self.gathered(a, &at).reshape(*index.dims())
    }

    /// [`Tensor::gather`] with `index` and this tensor broadcast to each other outside of `dim`, and
    /// negative positions counted from the end: what `argsort` gives is what this takes.
    ///
    /// # Panics
    /// If the shapes do not broadcast or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[3, 1], [2, 4]]);
    /// assert_eq!(x.take_along_dim(&Tensor::from([[-1, 0]]), 1), Tensor::from([[1, 3], [4, 2]]));
    /// ```
    #[track_caller]
    pub fn take_along_dim(&self, index: &Tensor, dim: isize) -> Tensor {
        ok!(self.try_take_along(index, dim))
    }

    fn try_take_along(&self, index: &Tensor, dim: isize) -> Result<Tensor> {
        const OP: &str = "take_along_dim";
        let a = axis(OP, dim, self.dim())?;
        if index.dim() != self.dim() {
            bail!(
                OP,
                Shape,
                "{:?} and positions {:?} differ in their number of axes",
                self.shape(),
                index.shape()
            );
        }
        let n = self.shape().get(a).copied().unwrap_or(1);
        let at = index.positions(OP, Some(a), n)?;
        if self.dim() == 0 {
            return Ok(self.pick(&at));
        }
        let shape = broadcast(OP, &self.dims().with(a, 1), &index.dims().with(a, 1))?;
        let at = at.expand(shape.with(a, index.shape()[a])).contiguous();
        Ok(self.expand(shape.with(a, n)).gathered(a, &at))
    }

    /// The axis, and the checked places along it that `index` names, as a tensor of their own with at
    /// least one axis.
    pub(crate) fn places(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
    ) -> Result<(usize, Tensor)> {
        let a = axis(op, dim, self.dim())?;
        if index.numel() == 0 {
            return Ok((a, Tensor::zeros(index.shape()).long()));
        }
        let n = self.shape().get(a).copied().unwrap_or(1);
        let own = self.dims().lifted();
        index.check_positions(op, Some(a), 0..n as i64)?;
        let at = index.dims().lifted();
        let fits = |(i, (&s, &n)): (usize, (&usize, &usize))| i == a || n <= s;
        if at.len() != own.len() || !own.iter().zip(at.iter()).enumerate().all(fits) {
            bail!(
                op,
                Shape,
                "positions {:?} do not fit {:?} outside of axis {a}",
                index.shape(),
                self.shape()
            );
        }
        Ok((a, index.raw_copy().reshape(at)))
    }

    /// The elements at checked places along axis `a`.
    pub(crate) fn gathered(&self, a: usize, at: &Tensor) -> Tensor {
        let (shape, at) = (*self.dims(), at.clone());
        self.raw_gather(a, &at)
            .record("gather", [self], move |g, _| {
                [Some(g.spread_along(a, &at, shape))]
            })
    }

    fn raw_gather(&self, a: usize, at: &Tensor) -> Tensor {
        let x = self.contiguous_raw();
        moved!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *at.dims(), |out| {
            let (x, at_read) = (x.read::<T>(), at.read::<i64>());
            let strides = self.dims().lifted().strides();
            index::along(&at_read, towards(at, &strides, a), |i, from| out[i] = x[from]);
        }))
    }

    /// Zeros of `shape` plus these elements at checked places: the transpose of
    /// [`Tensor::gathered`].
    fn spread_along(&self, a: usize, at: &Tensor, shape: Dims) -> Tensor {
        let out = Tensor::filled(shape, 0.0, self.dtype());
        out.put_along("scatter_add", a, at, self, true);
        out
    }

    /// Writes `source`, which has the shape of `at`, to checked places along axis `a`, or adds it
    /// there. This tensor is contiguous.
    pub(crate) fn put_along(
        &self,
        op: &'static str,
        a: usize,
        at: &Tensor,
        source: &Tensor,
        add: bool,
    ) {
        if add && self.dtype() == DType::Bool {
            // One bool added to another must not become a byte of 2.
            let sums = self.long();
            sums.put_along(op, a, at, &source.long(), true);
            return self.overwrite(&sums);
        }
        let from = source.apart_from(self);
        stored!(self.dtype(), T => {
            self.fold_along::<T>(a, at, &from, |old, new| if add { old.plus(new) } else { new });
        });
        let at = at.clone();
        self.changed(op, source, move |g, cx| {
            let rest = || {
                if add {
                    g.clone()
                } else {
                    g.without_places(a, &at)
                }
            };
            [cx.needs(0, rest), cx.needs(1, || g.gathered(a, &at))]
        });
    }

    /// `f(old, new)` in all these places of contiguous memory, one after the other; not recorded.
    pub(crate) fn fold_along<T: Plain>(
        &self,
        a: usize,
        at: &Tensor,
        source: &Tensor,
        f: impl Fn(T, T) -> T,
    ) {
        let (mut out, from) = self.write_with::<T>(source);
        let strides = self.dims().lifted().strides();
        index::along(&at.read::<i64>(), towards(at, &strides, a), |i, to| {
            out[to] = f(out[to], from[i]);
        });
    }

    /// A copy with zeros in these places.
    fn without_places(&self, a: usize, at: &Tensor) -> Tensor {
        let out = self.copy();
        let zeros = Tensor::filled(*at.dims(), 0.0, self.dtype());
        out.put_along("scatter", a, at, &zeros, false);
        out
    }
}

fn towards<'a>(at: &'a Tensor, strides: &'a Dims, axis: usize) -> Along<'a> {
    Along {
        shape: at.shape(),
        strides,
        axis,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        take,
        |x| x.take(&Tensor::from([[0, -1], [0, 5]])) * 2.0,
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        gather,
        |x| x.gather(0, &Tensor::from([[2, 0], [1, 1]])) * 2.0,
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        gather_in_the_middle,
        |x| x.gather(-2, &Tensor::from([[[1, 0]], [[2, 2]]])) * 2.0,
        [2, 3, 2]; no empty, scalar);
    gradcheck_test!(
        take_along_dim,
        |x| x.take_along_dim(&Tensor::from([[0, -1, 0]]), 1) * 2.0,
        [3, 4]; no empty, scalar
    );

    #[test]
    fn numbers_are_rows_of_one() {
        assert_eq!(Tensor::from(5).gather(0, &Tensor::from(0)), Tensor::from(5));
        assert_eq!(
            Tensor::from(5).gather(-1, &Tensor::from([0])),
            Tensor::from([5])
        );
    }

    #[test]
    fn gather_agrees_with_its_definition() {
        let x = Tensor::arange(60).reshape([3, 4, 5]);
        let index = Tensor::arange(24).reshape([2, 4, 3]).remainder(3);
        let y = x.gather(0, &index);
        for (i, j, k) in [(0, 0, 0), (1, 3, 2), (0, 2, 1)] {
            let from = index.i((i, j, k)).item() as usize;
            assert_eq!(y.i((i, j, k)), x.i((from, j, k)));
        }
    }

    #[test]
    #[should_panic(expected = "gather: position 4 is out of range for axis 1 of size 4")]
    fn a_position_out_of_range_is_named() {
        let _ = Tensor::zeros([3, 4]).gather(1, &Tensor::from([[4]]));
    }

    #[test]
    #[should_panic(expected = "gather: positions [4, 1] do not fit [3, 4] outside of axis 1")]
    fn positions_must_fit() {
        let _ = Tensor::zeros([3, 4]).gather(1, &Tensor::from([[0], [0], [0], [0]]));
    }
}
