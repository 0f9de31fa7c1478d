//! Values written into the memory of a tensor, seen through every handle and view.
use super::{
    operand::{IntoOperand, Operand},
    view::overlaps,
};
use crate::{
    DType, Tensor,
    autograd::is_recording,
    error::{Result, bail, ok},
    kernel::copy,
    no_grad,
    tensor::{broadcast, moved},
};

impl Tensor {
    /// Sets every element to `value`, a number or a tensor of one element.
    ///
    /// A change in place is seen through every handle and view, and recorded like any operation: a
    /// view is a part of what it is a view of, also for gradients. What an operation has kept for
    /// its gradient must not change before `backward`, which would refuse, naming the operation.
    ///
    /// # Panics
    /// While operations are recorded: if the tensor, or what it is a view of, is a leaf that
    /// requires a gradient (use `no_grad`). If several of its elements lie at one place, as after
    /// `expand`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2]).fill_(3), Tensor::from([3.0, 3.0]));
    /// ```
    #[track_caller]
    pub fn fill_(&self, value: impl IntoOperand) -> Tensor {
        let value = ok!(self.one("fill_", value.operand()));
        ok!(self.assign("fill_", (&value).into()));
        self.clone()
    }

    /// Sets every element to 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([2]).zero_(), Tensor::zeros([2]));
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::fill_`].
    #[track_caller]
    pub fn zero_(&self) -> Tensor {
        ok!(self.assign("zero_", 0.into()));
        self.clone()
    }

    /// Takes over the values of `source`, which is broadcast and converted. The gradient goes to
    /// `source`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 2]).copy_(&Tensor::from([1, 2])), Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// ```
    ///
    /// # Panics
    /// If `source` does not broadcast to this shape, or as [`Tensor::fill_`].
    #[track_caller]
    pub fn copy_(&self, source: &Tensor) -> Tensor {
        ok!(self.assign("copy_", source.into()));
        self.clone()
    }

    /// Writes a number or a tensor, broadcast and converted, to every element.
    pub(crate) fn assign(&self, op: &'static str, value: Operand<'_>) -> Result<()> {
        self.check_in_place(op)?;
        self.check_distinct(op)?;
        match value {
            Operand::Tensor(t) => {
                self.check_broadcast(op, t)?;
                self.record_assignment(op, &t.to_dtype(self.dtype()));
            }
            number => {
                self.fill_with(number);
                self.record_erasure(op);
            }
        }
        Ok(())
    }

    fn record_assignment(&self, op: &'static str, source: &Tensor) {
        self.overwrite(source);
        let (from, whole) = (*source.dims(), self.base().is_none());
        self.changed(op, source, move |g, cx| {
            [
                // What surrounds a view keeps its gradient anyway.
                cx.needs(0, || g.zeros_like()).filter(|_| whole),
                cx.needs(1, || g.sum_to(&from)),
            ]
        });
    }

    /// Records that the values no longer depend on anything.
    fn record_erasure(&self, op: &'static str) {
        self.changed(op, self, |g, _| [Some(g.zeros_like()), None]);
    }

    fn fill_with(&self, number: Operand<'_>) {
        let one = self.number(number);
        if self.is_contiguous() {
            moved!(self.dtype(), T => {
                let value = one.read::<T>()[0];
                self.write::<T>().fill(value);
            });
        } else {
            self.overwrite(&one);
        }
    }

    /// A number, or the only element of a tensor, in this dtype and without axes.
    pub(crate) fn one(&self, op: &'static str, value: Operand<'_>) -> Result<Tensor> {
        match value {
            Operand::Tensor(t) if t.numel() != 1 => bail!(
                op,
                Shape,
                "a value of shape {:?} is not one number",
                t.shape()
            ),
            Operand::Tensor(t) => Ok(t.to_dtype(self.dtype()).reshape([0; 0])),
            number => Ok(self.number(number)),
        }
    }

    /// A number as a tensor of this dtype.
    pub(crate) fn number(&self, value: Operand<'_>) -> Tensor {
        match value {
            Operand::Int(v) => Tensor::full([0; 0], v).to_dtype(self.dtype()),
            Operand::Float(v) => Tensor::with_dtype(v, DType::F64).to_dtype(self.dtype()),
            Operand::Tensor(t) => t.to_dtype(self.dtype()),
        }
    }

    /// Writes values that broadcast to this shape, blind to gradients.
    pub(crate) fn overwrite(&self, source: &Tensor) {
        let source = source.detach().to_dtype(self.dtype());
        let source = source.expand(*self.dims()).apart_from(self);
        moved!(self.dtype(), T => {
            let (mut out, source) = self.write_with::<T>(&source);
            copy::scatter_strided(&source, &mut out, 0, self.shape(), self.strides());
        });
    }

    /// These values in row-major order, not in the memory of `other`.
    pub(crate) fn apart_from(&self, other: &Tensor) -> Tensor {
        if self.is_contiguous() && !self.shares_storage(other) {
            self.clone()
        } else {
            self.raw_copy()
        }
    }

    /// Runs `change` on this tensor if it lies in row-major order, else on a copy that is written
    /// back.
    pub(crate) fn in_order(
        &self,
        op: &'static str,
        change: impl FnOnce(&Tensor) -> Result<()>,
    ) -> Result<()> {
        self.check_in_place(op)?;
        if self.is_contiguous() {
            return change(self);
        }
        self.check_distinct(op)?;
        let x = self.copy();
        change(&x)?;
        self.assign(op, (&x).into())
    }

    /// Replaces the values by what `f` makes of them and of `other`.
    pub(crate) fn update(
        &self,
        op: &'static str,
        others: &[&Tensor],
        f: &dyn Fn(&Tensor) -> Tensor,
    ) -> Result<()> {
        self.check_in_place(op)?;
        self.check_distinct(op)?;
        let mut inputs = vec![self.origin()];
        inputs.extend(others);
        if !is_recording(&inputs) {
            let new = no_grad(|| f(&self.detach()));
            self.check_result(op, &new)?;
            self.overwrite(&new);
            return Ok(());
        }
        let new = f(&self.former());
        self.check_result(op, &new)?;
        self.overwrite(&new);
        if new.requires_grad() {
            self.adopt(&new);
        } else {
            self.record_erasure(op);
        }
        Ok(())
    }

    /// The present values, kept, with their history.
    fn former(&self) -> Tensor {
        let copy = self.raw_copy();
        if self.requires_grad() {
            copy.meta().follow(self.meta(), copy.history());
        }
        copy
    }

    fn check_result(&self, op: &'static str, new: &Tensor) -> Result<()> {
        if new.dtype() != self.dtype() {
            bail!(
                op,
                DType,
                "the result is {}, which does not fit a {} tensor",
                new.dtype(),
                self.dtype()
            );
        }
        if new.shape() != self.shape() {
            bail!(
                op,
                Shape,
                "the result has shape {:?}, which does not fit {:?}",
                new.shape(),
                self.shape()
            );
        }
        Ok(())
    }

    pub(crate) fn check_broadcast(&self, op: &'static str, t: &Tensor) -> Result<()> {
        if !broadcast(op, self.dims(), t.dims()).is_ok_and(|s| s == *self.dims()) {
            bail!(
                op,
                Shape,
                "a value of shape {:?} does not broadcast to {:?}",
                t.shape(),
                self.shape()
            );
        }
        Ok(())
    }

    /// Writing to elements that share a place would be ambiguous.
    pub(crate) fn check_distinct(&self, op: &'static str) -> Result<()> {
        if !self.is_contiguous() && overlaps(self.dims(), self.stride_dims()) {
            bail!(
                op,
                Value,
                "an expanded tensor shares memory between elements; change a `copy()`"
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, no_grad, testing::gradcheck_test};
    gradcheck_test!(
        fill,
        |x, v| {
            let y = x * 2.0;
            y.i((.., 0)).fill_(v.sum());
            y
        },
        [3, 4],
        [1]; no empty, scalar);
    gradcheck_test!(
        copy,
        |x, s| {
            let y = x * 2.0;
            y.i((1.., ..)).copy_(s);
            &y * x
        },
        [3, 4],
        [2, 1]; no empty, scalar);

    #[test]
    fn every_handle_and_view_sees_the_change() {
        let mut x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let (handle, column) = (x.clone(), x.i((.., 0)));
        x += 1.0;
        x.i(1).mul_(Tensor::from([10.0, 100.0]));
        assert_eq!(handle, Tensor::from([[2.0, 3.0], [40.0, 500.0]]));
        assert_eq!(column, Tensor::from([2.0, 40.0]));
    }

    #[test]
    fn source_and_target_may_overlap() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        x.i(1..).copy_(&x.i(..2));
        assert_eq!(x, Tensor::from([1.0, 1.0, 2.0]));
        let square = Tensor::from([[1, 2], [3, 4]]);
        square.copy_(&square.t());
        assert_eq!(square, Tensor::from([[1, 3], [2, 4]]));
    }

    #[test]
    fn an_erased_tensor_still_has_a_gradient_of_zero() {
        let x = Tensor::ones([2]).requires_grad_(true);
        let y = &x * 2.0;
        y.zero_();
        assert!(y.requires_grad());
        y.sum().backward();
        assert_eq!(x.grad(), Some(Tensor::zeros([2])));
    }

    #[test]
    fn a_bool_stays_a_bool() {
        let x = Tensor::from([false, true]).fill_(3);
        assert_eq!(x, Tensor::from([true, true]));
        assert_eq!(x.dtype(), DType::Bool);
    }

    #[test]
    #[should_panic(expected = "fill_: a view of a tensor that requires a gradient cannot be")]
    fn a_part_of_a_leaf_is_protected() {
        let _ = Tensor::zeros([2]).requires_grad_(true).i(0).fill_(1.0);
    }

    #[test]
    fn without_recording_a_leaf_may_change() {
        let x = Tensor::zeros([2]).requires_grad_(true);
        no_grad(|| x.i(0).fill_(1.0));
        assert_eq!(x.detach(), Tensor::from([1.0, 0.0]));
        assert!(x.is_leaf() && x.requires_grad());
    }

    #[test]
    #[should_panic(expected = "fill_: an expanded tensor shares memory")]
    fn an_expanded_tensor_is_not_written_to() {
        let _ = Tensor::zeros([1]).expand([3]).fill_(1.0);
    }

    #[test]
    #[should_panic(expected = "fill_: a part of an expanded tensor cannot be changed in place")]
    fn a_part_of_an_expanded_tensor_is_not_recorded() {
        let x = Tensor::zeros([1, 2]).requires_grad_(true);
        let _ = x.expand([3, 2]).detach().i(0).fill_(1.0);
    }

    #[test]
    #[should_panic(expected = "copy_: a value of shape [3] does not broadcast to [2]")]
    fn the_source_must_fit() {
        let _ = Tensor::zeros([2]).copy_(&Tensor::zeros([3]));
    }
}
