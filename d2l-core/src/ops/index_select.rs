//! Rows picked by position, and the primitive that writes rows to positions.
use super::walk;
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    kernel::{index as kernel, math::Num},
    tensor::{Dims, axis, moved, stored},
};

impl Tensor {
    /// The entries of axis `dim` at the given positions (1-d `I64`); negative ones count from the
    /// end. Gradients of repeated positions add up.
    ///
    /// # Panics
    /// If the axis does not exist or a position is out of range.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4], [5, 6]]);
    /// assert_eq!(x.index_select(0, &Tensor::from([2, 0])), Tensor::from([[5, 6], [1, 2]]));
    /// ```
    #[track_caller]
    pub fn index_select(&self, dim: isize, index: &Tensor) -> Tensor {
        ok!(self.try_index_select(dim, index))
    }

    /// [`Tensor::index_select`] as a `Result`.
    ///
    /// # Errors
    /// If the axis does not exist or a position is out of range.
    pub fn try_index_select(&self, dim: isize, index: &Tensor) -> Result<Tensor> {
        const OP: &str = "index_select";
        let (at, rows) = self.entries(OP, dim, index)?;
        if self.dim() > 0 {
            return Ok(self.rows(at, &rows));
        }
        if rows.numel() != 1 {
            bail!(OP, Shape, "{} positions in a single number", rows.numel());
        }
        Ok(self.reshape([1]).rows(0, &rows).reshape([0; 0]))
    }

    pub(crate) fn check_source(&self, op: &'static str, source: &Tensor) -> Result<()> {
        if source.dtype() != self.dtype() {
            bail!(
                op,
                DType,
                "a source of {} does not fit a tensor of {} (convert with `to_dtype`)",
                source.dtype(),
                self.dtype()
            );
        }
        Ok(())
    }

    /// The axis, and the checked entries along it.
    pub(crate) fn entries(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
    ) -> Result<(usize, Tensor)> {
        let at = axis(op, dim, self.dim())?;
        if index.dim() > 1 {
            bail!(
                op,
                Shape,
                "positions are a 1-d tensor, not one of shape {:?}",
                index.shape()
            );
        }
        let size = self.shape().get(at).copied().unwrap_or(1);
        Ok((at, index.reshape(-1).positions(op, Some(at), size)?))
    }

    /// These positions along an axis of `size`, checked, none negative, as a tensor of their own.
    pub(crate) fn positions(
        &self,
        op: &'static str,
        axis: Option<usize>,
        size: usize,
    ) -> Result<Tensor> {
        let n = size as i64;
        self.check_positions(op, axis, -n..n)?;
        let count = move |i: i64| if i < 0 { i + n } else { i };
        Ok(walk::map::<i64, i64>(self, DType::I64, count))
    }

    pub(crate) fn check_positions(
        &self,
        op: &'static str,
        axis: Option<usize>,
        range: std::ops::Range<i64>,
    ) -> Result<()> {
        if self.dtype() != DType::I64 {
            bail!(
                op,
                DType,
                "positions are an i64 tensor, not {}",
                self.dtype()
            );
        }
        let x = self.contiguous_raw();
        let bad = x.read::<i64>().iter().find(|i| !range.contains(i)).copied();
        match (bad, axis) {
            (None, _) => Ok(()),
            (Some(i), Some(axis)) => bail!(
                op,
                Index,
                "position {i} is out of range for axis {axis} of size {}",
                range.end
            ),
            (Some(i), None) => bail!(
                op,
                Index,
                "position {i} is out of range for {} elements",
                range.end
            ),
        }
    }

    /// The rows at checked positions of axis `at`.
    pub(crate) fn rows(&self, at: usize, rows: &Tensor) -> Tensor {
        let (own, rows) = (*self.dims(), rows.clone());
        self.raw_rows(at, &rows)
            .record("index_select", [self], move |g, _| {
                [Some(g.spread_rows(at, &rows, own))]
            })
    }

    fn raw_rows(&self, at: usize, rows: &Tensor) -> Tensor {
        let x = self.contiguous_raw();
        let shape = x.dims().with(at, rows.numel());
        moved!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
            kernel::gather_rows(&x.read::<T>(), block(x.shape(), at), &rows.read::<i64>(), out);
        }))
    }

    /// Zeros of `shape` plus these rows at checked positions: the transpose of [`Tensor::rows`].
    fn spread_rows(&self, at: usize, rows: &Tensor, shape: Dims) -> Tensor {
        let out = Tensor::filled(shape, 0.0, self.dtype());
        out.put_rows("index_add", at, rows, self, true);
        out
    }

    /// Writes `source` to the rows at checked positions of axis `at`, or adds it there. This tensor
    /// is contiguous.
    pub(crate) fn put_rows(
        &self,
        op: &'static str,
        at: usize,
        rows: &Tensor,
        source: &Tensor,
        add: bool,
    ) {
        if add && self.dtype() == DType::Bool {
            // One bool added to another must not become a byte of 2.
            let sums = self.long();
            sums.put_rows(op, at, rows, &source.long(), true);
            return self.overwrite(&sums);
        }
        let from = source.apart_from(self);
        stored!(self.dtype(), T => {
            let (mut out, from) = self.write_with::<T>(&from);
            let (block, rows) = (block(self.shape(), at), rows.read::<i64>());
            if add {
                kernel::scatter_rows(&mut out, block, &rows, &from, Num::plus);
            } else {
                kernel::scatter_rows(&mut out, block, &rows, &from, |_, new: T| new);
            }
        });
        let rows = rows.clone();
        self.changed(op, source, move |g, cx| {
            let rest = || {
                if add {
                    g.clone()
                } else {
                    g.without_rows(at, &rows)
                }
            };
            [cx.needs(0, rest), cx.needs(1, || g.rows(at, &rows))]
        });
    }

    /// A copy with zeros in these rows.
    fn without_rows(&self, at: usize, rows: &Tensor) -> Tensor {
        let out = self.copy();
        let zeros = Tensor::filled(self.dims().with(at, rows.numel()), 0.0, self.dtype());
        out.put_rows("index_fill", at, rows, &zeros, false);
        out
    }
}

/// The number of rows along axis `at`, and how many elements each has.
fn block(shape: &[usize], at: usize) -> [usize; 2] {
    [shape[at], shape[at + 1..].iter().product()]
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        rows,
        |x| x.index_select(0, &Tensor::from([2, 0, 2, -1])) * 2.0,
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        columns,
        |x| x.index_select(-1, &Tensor::from([1, 1])) * 2.0,
        [3, 4]; no empty, scalar
    );
    #[test]
    #[should_panic(expected = "index_select: position 3 is out of range for axis 0 of size 3")]
    fn a_position_out_of_range_is_named() {
        let _ = Tensor::zeros([3]).index_select(0, &Tensor::from([3]));
    }
}
