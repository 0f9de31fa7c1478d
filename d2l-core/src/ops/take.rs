//! Elements picked by position: over everything, or along one axis.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis, broadcast},
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
        let at = ok!(flat("take", index, self.numel()));
        self.pick(&at)
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
        ok!(self.try_gather("gather", dim, index))
    }

    pub(crate) fn try_gather(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
    ) -> Result<Tensor> {
        let a = axis(op, dim, self.dim())?;
        let at = along(op, self.dims(), a, index)?;
        Ok(self.pick(&at))
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
    /// assert_eq!(x.take_along_dim(&x.argsort(1), 1), Tensor::from([[1, 3], [2, 4]]));
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
        let index = flat(OP, index, n)?;
        if self.dim() == 0 {
            return Ok(self.pick(&index));
        }
        let shape = broadcast(OP, &self.dims().with(a, 1), &index.dims().with(a, 1))?;
        let x = self.expand(shape.with(a, n));
        x.try_gather(OP, dim, &index.expand(shape.with(a, index.shape()[a])))
    }

    /// The elements at flat positions that were checked before.
    pub(crate) fn pick(&self, at: &Tensor) -> Tensor {
        self.reshape(-1)
            .index_select(0, &at.reshape(-1))
            .reshape(*at.dims())
    }
}

/// `index` with its positions in `0..n`.
pub(crate) fn flat(op: &'static str, index: &Tensor, n: usize) -> Result<Tensor> {
    check_positions(op, index, -(n as i64), n)?;
    let n = n as i64;
    let index = index.detach();
    Ok(super::walk::map::<i64, i64>(&index, DType::I64, move |i| {
        if i < 0 { i + n } else { i }
    }))
}

fn check_positions(op: &'static str, index: &Tensor, least: i64, n: usize) -> Result<()> {
    if index.dtype() != DType::I64 {
        bail!(
            op,
            DType,
            "positions are an i64 tensor, not {}",
            index.dtype()
        );
    }
    let bad = index
        .contiguous_raw()
        .read::<i64>()
        .iter()
        .find(|&&i| !(least..n as i64).contains(&i))
        .copied();
    match bad {
        Some(i) => bail!(op, Index, "position {i} is out of range for size {n}"),
        None => Ok(()),
    }
}

/// The flat positions in a tensor of `shape` that `index` names along axis `a`.
pub(crate) fn along(op: &'static str, shape: &Dims, a: usize, index: &Tensor) -> Result<Tensor> {
    let n = shape.get(a).copied().unwrap_or(1);
    check_positions(op, index, 0, n)?;
    let index = index.detach();
    if shape.is_empty() || index.numel() == 0 {
        return Ok(index);
    }
    let fits = |(i, (&s, &n)): (usize, (&usize, &usize))| i == a || n <= s;
    if index.dim() != shape.len() || !shape.iter().zip(index.shape()).enumerate().all(fits) {
        bail!(
            op,
            Shape,
            "positions {:?} do not fit {shape:?} outside of axis {a}",
            index.shape()
        );
    }
    let strides = shape.strides();
    let mut at = &index * strides[a];
    for other in (0..shape.len()).filter(|&i| i != a) {
        at = at + ramp(index.shape()[other], other, shape.len()) * strides[other];
    }
    Ok(at)
}

/// `0..n` along axis `a` of `dim` axes.
pub(crate) fn ramp(n: usize, a: usize, dim: usize) -> Tensor {
    let mut shape = vec![1; dim];
    shape[a] = n;
    Tensor::arange(n).reshape(shape)
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
    #[should_panic(expected = "gather: position 4 is out of range for size 4")]
    fn a_position_out_of_range_is_named() {
        let _ = Tensor::zeros([3, 4]).gather(1, &Tensor::from([[4]]));
    }
}
