//! Elements replaced by position, as a new tensor.
use super::{
    index_select::scatter,
    operand::{IntoOperand, Operand},
    take::{flat, ramp},
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis, stored},
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
        ok!(self.check_source("put", source));
        let at = ok!(flat("put", index, self.numel()));
        if at.numel() != source.numel() {
            ok!(mismatch("put", &at, source));
        }
        if accumulate {
            self.add_at(&at, source)
        } else {
            self.put_at(&at, source)
        }
    }

    /// A copy in which the entries `index` (1-d) of axis `dim` are those of `source`.
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
        let at = ok!(self.entries("index_copy", dim, index, Some(source)));
        self.put_at(&at, source)
    }

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
        let at = ok!(self.entries("index_add", dim, index, Some(source)));
        let source = if alpha == 1.0 {
            source.clone()
        } else {
            (source * alpha).to_dtype(self.dtype())
        };
        self.add_at(&at, &source)
    }

    /// A copy with `value` in the entries `index` (1-d) of axis `dim`. A tensor must have one
    /// element.
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
        let at = ok!(self.entries("index_fill", dim, index, None));
        let value = ok!(self.like("index_fill", value.operand(), *at.dims()));
        self.put_at(&at, &value)
    }

    /// A copy in which the elements where `mask` is true are, in row-major order, the first ones of
    /// `source`. The mask broadcasts.
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
        const OP: &str = "masked_scatter";
        ok!(self.check_source(OP, source));
        let shape = ok!(crate::tensor::broadcast(OP, self.dims(), mask.dims()));
        let at = ok!(super::masked::true_positions(OP, &mask.expand(shape)));
        if at.numel() > source.numel() {
            ok!(mismatch(OP, &at, source));
        }
        self.expand(shape)
            .put_at(&at, &source.reshape(-1).narrow(0, 0, at.numel()))
    }

    /// A copy with `source` at checked flat positions; the last one stays where several are equal.
    pub(crate) fn put_at(&self, at: &Tensor, source: &Tensor) -> Tensor {
        let (at, new, old) = (
            at.contiguous_raw().saved("put"),
            source.contiguous_raw(),
            self.contiguous_raw(),
        );
        let shape = *self.dims();
        let out = stored!(self.dtype(), T => Tensor::build::<T>(self.dtype(), shape, |out| {
            out.copy_from_slice(&old.read::<T>());
            let new = new.read::<T>();
            at.read::<i64>().iter().zip(&*new).for_each(|(&i, &v)| out[i as usize] = v);
        }));
        let from = *source.dims();
        out.record("put", [self, source], move |g, cx| {
            let zeros = || Tensor::filled(*at.dims(), 0.0, g.dtype());
            [
                cx.needs(0, || g.put_at(&at, &zeros())),
                cx.needs(1, || g.pick(&at).reshape(from)),
            ]
        })
    }

    /// This tensor plus `source` at checked flat positions.
    pub(crate) fn add_at(&self, at: &Tensor, source: &Tensor) -> Tensor {
        self + source.spread(at, *self.dims())
    }

    /// Zeros of `shape` plus these elements at flat positions: the transpose of `pick`.
    pub(crate) fn spread(&self, at: &Tensor, shape: Dims) -> Tensor {
        let rows = at.to_vec::<i64>();
        let flat = self.reshape(-1);
        let out = scatter(&flat, 0, &rows, Dims::new(&[shape.numel()]));
        // Without a gradient on the way `scatter` records nothing.
        out.reshape(shape)
    }

    /// A copy with zeros where `mask`, of this shape, is true.
    pub(crate) fn cleared(&self, mask: &Tensor) -> Tensor {
        if !mask.any() {
            return self.clone();
        }
        let at = ok!(super::masked::true_positions("cleared", mask));
        self.put_at(&at, &Tensor::filled(*at.dims(), 0.0, self.dtype()))
    }

    /// A value as a tensor of this dtype and the given shape.
    pub(crate) fn like(&self, op: &'static str, value: Operand<'_>, shape: Dims) -> Result<Tensor> {
        Ok(match value {
            Operand::Tensor(t) if t.numel() != 1 => bail!(
                op,
                Shape,
                "a value of shape {:?} is not one number",
                t.shape()
            ),
            Operand::Tensor(t) => t.to_dtype(self.dtype()).reshape([0; 0]).expand(shape),
            Operand::Float(v) => Tensor::filled(shape, v, self.dtype()),
            Operand::Int(v) => Tensor::full(shape, v).to_dtype(self.dtype()),
        })
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

    /// The flat positions of the entries `index` of axis `dim`, which `source` must fit.
    fn entries(
        &self,
        op: &'static str,
        dim: isize,
        index: &Tensor,
        source: Option<&Tensor>,
    ) -> Result<Tensor> {
        let a = axis(op, dim, self.dim())?;
        if index.dim() > 1 || index.dtype() != DType::I64 {
            bail!(
                op,
                Index,
                "positions are a 1-d i64 tensor, not {} {:?}",
                index.dtype(),
                index.shape()
            );
        }
        let n = self.shape().get(a).copied().unwrap_or(1);
        let index = flat(op, &index.reshape(-1), n)?;
        if self.dim() == 0 {
            return check_entries(op, self, &index, source, Dims::new(&[])).map(|()| index);
        }
        check_entries(op, self, &index, source, self.dims().with(a, index.numel()))?;
        let (strides, mut row) = (self.dims().strides(), vec![1; self.dim()]);
        row[a] = index.numel();
        let start = index.reshape(row) * strides[a];
        let others = (0..self.dim()).filter(|&i| i != a);
        Ok(others.fold(start, |at, i| {
            at + ramp(self.shape()[i], i, self.dim()) * strides[i]
        }))
    }
}

fn check_entries(
    op: &'static str,
    x: &Tensor,
    index: &Tensor,
    source: Option<&Tensor>,
    shape: Dims,
) -> Result<()> {
    let Some(source) = source else { return Ok(()) };
    x.check_source(op, source)?;
    if *source.dims() != shape && (x.dim() > 0 || source.numel() != index.numel()) {
        bail!(
            op,
            Shape,
            "a source of shape {:?} does not fit {} positions in {:?}",
            source.shape(),
            index.numel(),
            x.shape()
        );
    }
    Ok(())
}

fn mismatch(op: &'static str, at: &Tensor, source: &Tensor) -> Result<()> {
    bail!(
        op,
        Shape,
        "{} positions, but a source of {} elements",
        at.numel(),
        source.numel()
    )
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        put,
        |x, s| x.put(&Tensor::from([[0, -1], [5, 2]]), s, false) * 2.0,
        [3, 4],
        [2, 2]; no empty, scalar
    );
    gradcheck_test!(
        put_added,
        |x, s| x.put(&Tensor::from([0, 0]), s, true) * 2.0,
        [3, 4],
        [2]; no empty, scalar
    );
    gradcheck_test!(
        index_copy,
        |x, s| x.index_copy(1, &Tensor::from([3, 0]), s) * 2.0,
        [3, 4],
        [3, 2]; no empty, scalar
    );
    gradcheck_test!(
        index_add,
        |x, s| x.index_add(0, &Tensor::from([1, 1]), s, 3.0),
        [3, 4],
        [2, 4]; no empty, scalar
    );
    gradcheck_test!(
        index_fill,
        |x| x.index_fill(-1, &Tensor::from([1]), 7.0) * 2.0,
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        index_fill_tensor,
        |x, v| x.index_fill(-1, &Tensor::from([1]), v.i(0)) * 2.0,
        [3, 4],
        [2]; no empty, scalar
    );
    gradcheck_test!(
        masked_scatter,
        |x, s| x.masked_scatter(&Tensor::from([true, false, true]), s),
        [2, 3],
        [5]; no empty, scalar
    );

    #[test]
    #[should_panic(expected = "index_copy: a source of shape [3] does not fit 2 positions in [4]")]
    fn the_source_must_fit() {
        let _ = Tensor::zeros([4]).index_copy(0, &Tensor::from([0, 1]), &Tensor::zeros([3]));
    }
}
