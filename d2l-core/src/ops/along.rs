//! One axis as the rows of a contiguous tensor, and elements taken from it.
use super::walk::widen;
use crate::{
    DType, Tensor,
    error::Result,
    kernel::sort,
    tensor::{axis, moved},
};

impl Tensor {
    /// This tensor row-major with axis `a` last, without gradient; transposing again leads back.
    pub(crate) fn rows_along(&self, a: usize) -> Tensor {
        self.detach().with_axis_last(a).contiguous_raw()
    }

    /// Axis `a` and the last one exchanged.
    pub(crate) fn with_axis_last(&self, a: usize) -> Tensor {
        if a + 1 >= self.dim() {
            return self.clone();
        }
        self.transpose(a as isize, -1)
    }

    /// `t`, of this tensor's shape with size 1 along `dim`, without that axis.
    pub(crate) fn without_axis(&self, t: &Tensor, dim: isize) -> Tensor {
        if self.dim() == 0 {
            t.clone()
        } else {
            t.squeeze(dim)
        }
    }

    /// The elements along `dim` whose places `places(rows, n, index)` finds, `m(n)` of each row of `n`,
    /// and the places. It finds bytes and bools as `I64`.
    pub(crate) fn choose(
        &self,
        op: &'static str,
        dim: isize,
        m: &dyn Fn(usize) -> Result<usize>,
        places: &dyn Fn(&Tensor, usize, &mut [i64]),
    ) -> Result<(Tensor, Tensor)> {
        let a = axis(op, dim, self.dim())?;
        let rows = self.rows_along(a);
        let n = rows.shape().last().copied().unwrap_or(1);
        let m = m(n)?;
        let shape = match rows.dim() {
            0 => *rows.dims(),
            d => rows.dims().with(d - 1, m),
        };
        let keys = widen(rows.clone());
        let index = Tensor::build::<i64>(DType::I64, shape, |out| places(&keys, n, out));
        let values = moved!(self.dtype(), T => Tensor::build::<T>(self.dtype(), shape, |out| {
            sort::pick_rows(&rows.read::<T>(), n, &index.read::<i64>(), m, out);
        }));
        let (values, index) = (values.with_axis_last(a), index.with_axis_last(a));
        Ok((values.taken_from(op, self, a, &index), index))
    }

    /// Records this as the elements of `x` at `index` along axis `a`.
    pub(crate) fn taken_from(
        self,
        op: &'static str,
        x: &Tensor,
        a: usize,
        index: &Tensor,
    ) -> Tensor {
        let (index, zeros) = (index.saved(op), *x.dims());
        self.record(op, [x], move |g, _| {
            let zeros = Tensor::filled(zeros, 0.0, g.dtype());
            [Some(zeros.scatter_add(a as isize, &index, g))]
        })
    }

    /// Records this number as an element of `x`, with a gradient that all equal ones share; a NaN, all
    /// NaN.
    pub(crate) fn shared_by_equals(self, op: &'static str, x: &Tensor) -> Tensor {
        let x_saved = x.saved(op);
        self.record_output(op, [x], move |g, cx| {
            let y = cx.output();
            let equal = match y.item().is_nan() {
                true => x_saved.isnan(),
                false => x_saved.eq(y),
            };
            let equal = equal.to_dtype(g.dtype());
            [Some(g * (&equal / equal.sum()))]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(taken, |x| x.sort(0).0 * 2.0, [3, 2, 4]);
    gradcheck_test!(shared, |x| x.max() * 2.0, [3, 4]; no empty);
}
