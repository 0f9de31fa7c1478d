//! Assignment to the part that an index picks.
use super::{
    index::{Index, TensorIndex},
    operand::IntoOperand,
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, broadcast},
};

impl Tensor {
    /// Writes a number or a tensor (broadcast, converted) to the part that `index` picks;
    /// `x[index] = value`. Gradients flow to the value, and to the rest of the tensor. Of several
    /// values for one place the last stays.
    ///
    /// # Panics
    /// As [`Tensor::i`]; if the value does not broadcast; or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([2, 3]);
    /// x.set((0, 1..), 9.0);
    /// assert_eq!(x, Tensor::from([[0.0, 9.0, 9.0], [0.0, 0.0, 0.0]]));
    /// x.set(([0, 1], [0, 2]), Tensor::from([1, 2]));
    /// x.set(&x.eq(9), -1);
    /// assert_eq!(x, Tensor::from([[1.0, -1.0, -1.0], [0.0, 0.0, 2.0]]));
    /// ```
    #[track_caller]
    pub fn set<'a>(&self, index: impl Index<'a>, value: impl IntoOperand) {
        let value = self.number(value.operand());
        ok!(self.put_at("set", index.list(), &value, false));
    }

    /// A copy with `values` at `index`, or with `values` added there; what [`Tensor::set`] does in
    /// place.
    ///
    /// # Panics
    /// As [`Tensor::set`]; if the dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([3]).index_put([0, 2, 2], &Tensor::from([1.0, 2.0, 3.0]), true);
    /// assert_eq!(x, Tensor::from([1.0, 0.0, 5.0]));
    /// ```
    #[track_caller]
    pub fn index_put<'a>(
        &self,
        index: impl Index<'a>,
        values: &Tensor,
        accumulate: bool,
    ) -> Tensor {
        ok!(self.check_source("index_put", values));
        let out = self.copy();
        ok!(out.put_at("index_put", index.list(), values, accumulate));
        out
    }

    /// [`Tensor::index_put`] in place.
    ///
    /// # Panics
    /// As [`Tensor::index_put`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let counts = Tensor::from([0, 0]);
    /// counts.index_put_([1, 1], &Tensor::from(1), true);
    /// assert_eq!(counts, Tensor::from([0, 2]));
    /// ```
    #[track_caller]
    pub fn index_put_<'a>(
        &self,
        index: impl Index<'a>,
        values: &Tensor,
        accumulate: bool,
    ) -> Tensor {
        ok!(self.check_source("index_put_", values));
        ok!(self.put_at("index_put_", index.list(), values, accumulate));
        self.clone()
    }

    fn put_at(
        &self,
        op: &'static str,
        list: Vec<TensorIndex<'_>>,
        value: &Tensor,
        add: bool,
    ) -> Result<()> {
        self.check_in_place(op)?;
        if let [index] = &list[..]
            && let Some(mask) = index.tensor()
            && (mask.dtype(), mask.dims()) == (DType::Bool, self.dims())
            && value.numel() == 1
            && !add
        {
            let value = value.reshape([0; 0]);
            return self.update(op, &[&value], &|x| x.masked_fill(mask, &value));
        }
        let picked = self.picked(op, list)?;
        let value = fitting(op, value, &picked.shape())?;
        picked.write(op, &value, add)
    }
}

/// `value` without the leading axes of size 1 that it has too many, if it broadcasts to `target`.
fn fitting(op: &'static str, value: &Tensor, target: &Dims) -> Result<Tensor> {
    let extra = value.dim().saturating_sub(target.len());
    let (front, back) = value.shape().split_at(extra);
    let own = Dims::new(back);
    let fits = front.iter().all(|&n| n == 1)
        && broadcast(op, &own, target).is_ok_and(|shape| shape == *target);
    if !fits {
        bail!(
            op,
            Shape,
            "a value of shape {:?} does not broadcast to {target:?}",
            value.shape()
        );
    }
    Ok(value.reshape(own))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, no_grad, testing::gradcheck_test};
    gradcheck_test!(
        set_to_a_part,
        |x, v| {
            let y = x * 2.0;
            y.set((1.., (0..4).step_by(2)), v);
            y.square()
        },
        [3, 4],
        [2]; no empty, scalar);
    gradcheck_test!(
        set_at_positions,
        |x, v| {
            let y = x * 2.0;
            y.t().set(([3, 0], [1, 2]), v);
            y.set((0, [1, 3]), v * 3.0);
            y.square()
        },
        [3, 4],
        [2]; no empty, scalar);
    gradcheck_test!(
        set_behind_a_mask,
        |x| {
            let y = x * 2.0;
            y.set(x.gt(0.0), x.mean());
            y
        },
        [3, 4]
    );
    gradcheck_test!(
        put,
        |x, v| x.index_put((.., [1, 1]), v, true).square(),
        [3, 4],
        [3, 2]; no empty, scalar);
    gradcheck_test!(
        put_once,
        |x, v| x.index_put([2, 0], v, false).square(),
        [3, 4],
        [2, 4]; no empty, scalar);

    #[test]
    fn set_takes_what_i_takes() {
        let x = Tensor::zeros([3, 4]);
        x.set(([0, 2], [1, 1]), Tensor::from([1, 2]));
        x.set((.., [3]), 7);
        x.set((1, [true, false, true, false]), Tensor::from([5.0, 6.0]));
        let want = [
            [0.0, 1.0, 0.0, 7.0],
            [5.0, 0.0, 6.0, 7.0],
            [0.0, 2.0, 0.0, 7.0],
        ];
        assert_eq!(x, Tensor::from(want));
        // Two ranges at the diagonal: one channel each.
        let w = Tensor::zeros([2, 2, 3, 3]);
        w.set(
            (&Tensor::arange(2), &Tensor::arange(2), .., ..),
            Tensor::ones([3, 3]),
        );
        assert_eq!(w.sum().item(), 18.0);
        assert_eq!(w.i((0, 1)).sum().item(), 0.0);
    }

    #[test]
    fn a_tensor_may_be_written_to_a_part_of_itself() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        x.set(1.., x.i(..2));
        assert_eq!(x, Tensor::from([1.0, 1.0, 2.0]));
        x.set([2, 1, 0], &x);
        assert_eq!(x, Tensor::from([2.0, 1.0, 1.0]));
        let at = Tensor::from([1, 0]);
        at.set(&at, &at);
        assert_eq!(at, Tensor::from([0, 1]));
    }

    #[test]
    fn a_leading_axis_of_one_is_dropped_from_the_value() {
        let x = Tensor::zeros([2, 2]);
        x.set(0, Tensor::ones([1, 2]));
        assert_eq!(x, Tensor::from([[1.0, 1.0], [0.0, 0.0]]));
    }

    #[test]
    fn a_leaf_is_set_without_recording() {
        let x = Tensor::zeros([2]).requires_grad_(true);
        no_grad(|| x.set(0, 1.0));
        assert_eq!(x.detach(), Tensor::from([1.0, 0.0]));
    }

    #[test]
    #[should_panic(expected = "set: a value of shape [3] does not broadcast to [2]")]
    fn the_value_must_fit() {
        Tensor::zeros([2, 3]).set((.., 0), Tensor::zeros([3]));
    }

    #[test]
    #[should_panic(expected = "set: a tensor that requires a gradient cannot be changed in place")]
    fn a_leaf_is_protected() {
        Tensor::zeros([2]).requires_grad_(true).set(0, 1.0);
    }
}
