//! Rows picked by position.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    kernel::{copy, math::Num},
    tensor::{Dims, axis, stored},
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
        let at = axis(OP, dim, self.dim())?;
        if index.dtype() != DType::I64 || index.dim() != 1 || self.dim() == 0 {
            bail!(
                OP,
                DType,
                "positions are a 1-d i64 tensor, not {} {:?}",
                index.dtype(),
                index.shape()
            );
        }
        let rows = positions(OP, index, self.shape()[at], at)?;
        let out = gather(self, at, &rows);
        let shape = *self.dims();
        Ok(out.record(OP, [self], move |g, _| [Some(scatter(g, at, &rows, shape))]))
    }
}

fn positions(op: &'static str, index: &Tensor, size: usize, axis: usize) -> Result<Vec<i64>> {
    let n = size as i64;
    let mut rows = index.to_vec::<i64>();
    for i in &mut rows {
        if !(-n..n).contains(i) {
            bail!(
                op,
                Index,
                "position {i} is out of range for axis {axis} of size {size}"
            );
        }
        *i = i.rem_euclid(n);
    }
    Ok(rows)
}

/// Sizes before, at and after the axis.
fn split(shape: &[usize], at: usize) -> (usize, usize, usize) {
    (
        shape[..at].iter().product(),
        shape[at],
        shape[at + 1..].iter().product(),
    )
}

fn gather(x: &Tensor, at: usize, rows: &[i64]) -> Tensor {
    let x = x.contiguous_raw();
    let (_, n, inner) = split(x.shape(), at);
    let shape = x.dims().with(at, rows.len());
    stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
        if n * inner * rows.len() == 0 {
            return;
        }
        let x = x.read::<T>();
        let blocks = x.chunks_exact(n * inner).zip(out.chunks_exact_mut(rows.len() * inner));
        blocks.for_each(|(x, out)| copy::gather_rows(x, inner, rows, out));
    }))
}

/// Zeros of `shape` plus the entries of `g` at `rows`: the transpose of [`gather`].
pub(crate) fn scatter(g: &Tensor, at: usize, rows: &[i64], shape: Dims) -> Tensor {
    let x = g.contiguous_raw();
    let (_, n, inner) = split(&shape, at);
    let out = stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
        out.fill(T::ZERO);
        if rows.is_empty() || n * inner == 0 {
            return;
        }
        let x = x.read::<T>();
        for (out, x) in out.chunks_exact_mut(n * inner).zip(x.chunks_exact(rows.len() * inner)) {
            for (&row, x) in rows.iter().zip(x.chunks_exact(inner)) {
                let out = &mut out[row as usize * inner..][..inner];
                out.iter_mut().zip(x).for_each(|(o, &v)| *o = o.plus(v));
            }
        }
    }));
    let rows = rows.to_vec();
    out.record("index_add", [g], move |h, _| {
        let index = Tensor::from_vec(rows.clone(), rows.len());
        [Some(h.index_select(at as isize, &index))]
    })
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
