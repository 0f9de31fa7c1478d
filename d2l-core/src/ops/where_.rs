//! Choosing element by element: `where_`, `masked_fill` and what follows from them.
use super::{
    binary::{Pair, Takes, both, pair},
    operand::{IntoOperand, Operand},
    walk,
};
use crate::{
    DType, Tensor, default_dtype,
    error::{Result, bail, ok},
    kernel::select::select,
    tensor::{Dims, broadcast, float, moved, wide},
};

impl Tensor {
    /// `a` where `condition` is true, else `b`; PyTorch's `torch.where`. Both may be numbers or
    /// tensors; the three shapes broadcast, the dtypes of `a` and `b` promote. The gradient goes to
    /// the side that was chosen, and the other gets 0, even where it is infinite or NaN.
    ///
    /// # Panics
    /// If `condition` is not of dtype `Bool` or the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([-1.0, 2.0]);
    /// assert_eq!(Tensor::where_(&x.gt(0.0), &x, 0.0), Tensor::from([0.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn where_(condition: &Tensor, a: impl IntoOperand, b: impl IntoOperand) -> Tensor {
        let (a, b) = sides(a.operand(), b.operand());
        ok!(choose("where_", condition, &a, &b))
    }

    /// The tensor with `value`, a number or a 0-d tensor, where `mask` is true. The shapes of tensor
    /// and mask broadcast; the dtype stays.
    ///
    /// # Panics
    /// If `mask` is not of dtype `Bool`, if `value` is a tensor with axes, if the shapes do not
    /// broadcast, or if a float is to be filled into integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert_eq!(x.masked_fill(&Tensor::from([true, false]), -1e9), Tensor::from([-1e9, 2.0]));
    /// ```
    #[track_caller]
    pub fn masked_fill(&self, mask: &Tensor, value: impl IntoOperand) -> Tensor {
        ok!(self.try_masked_fill(mask, value.operand()))
    }

    fn try_masked_fill(&self, mask: &Tensor, value: Operand<'_>) -> Result<Tensor> {
        const OP: &str = "masked_fill";
        let (x, value) = both(self, value);
        if value.dim() != 0 {
            bail!(
                OP,
                Shape,
                "the value must be a number or a 0-d tensor, not {:?}",
                value.shape()
            );
        }
        if x.dtype() != self.dtype() && self.dtype() != DType::Bool {
            bail!(
                OP,
                DType,
                "a {} value does not fit a {} tensor",
                value.dtype(),
                self.dtype()
            );
        }
        choose(OP, mask, &value.to_dtype(self.dtype()), self)
    }

    /// The tensor where `mask` is true, 0 elsewhere: half of a choice, and its gradient.
    pub(crate) fn kept(&self, mask: &Tensor) -> Tensor {
        let shape = broadcast("kept", self.dims(), mask.dims()).expect("checked by the operation");
        let (own, mask) = (*self.dims(), mask.saved("kept"));
        let out = float!(self.dtype(), T => {
            walk::zip::<T, u8, T>(self, &mask, shape, self.dtype(), |v, m| if m != 0 { v } else { 0.0 })
        });
        out.record("kept", [self], move |g, _| {
            [Some(g.kept(&mask).sum_to(&own))]
        })
    }

    /// 0 below 0, 1 above, `values` at 0 (and 0 for NaN, as in PyTorch). Has no gradient.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([-2.0, 0.0, 3.0]);
    /// assert_eq!(x.heaviside(0.5), Tensor::from([0.0, 0.5, 1.0]));
    /// ```
    #[track_caller]
    pub fn heaviside(&self, values: impl IntoOperand) -> Tensor {
        let Pair { x, y, shape, dtype } = ok!(pair(
            "heaviside",
            Takes::Any,
            &self.detach(),
            values.operand()
        ));
        let out = wide!(x.dtype(), T => walk::zip::<T, T, T>(&x, &y, shape, x.dtype(), |x, y| {
            if x == (0 as T) { y } else if x > (0 as T) { 1 as T } else { 0 as T }
        }));
        out.to_dtype(dtype)
    }

    /// `nan` for NaN, `posinf` and `neginf` for the infinities; by `None` the greatest and the
    /// least finite number of the dtype (PyTorch's defaults, with 0 for NaN). The gradient is 0
    /// where a number was replaced.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([f32::NAN, f32::INFINITY, 1.0]);
    /// assert_eq!(x.nan_to_num(0.0, None, None), Tensor::from([0.0, f32::MAX, 1.0]));
    /// ```
    pub fn nan_to_num(&self, nan: f64, posinf: Option<f64>, neginf: Option<f64>) -> Tensor {
        if !self.dtype().is_float() {
            return self.clone();
        }
        let finite = self.isfinite();
        let out = float!(self.dtype(), T => {
            let (nan, up) = (nan as T, posinf.map_or(T::MAX, |v| v as T));
            let down = neginf.map_or(T::MIN, |v| v as T);
            walk::map::<T, T>(self, self.dtype(), move |v| {
                if v.is_nan() { nan } else if v == T::INFINITY { up } else if v == -T::INFINITY { down } else { v }
            })
        });
        out.record("nan_to_num", [self], move |g, _| [Some(g.kept(&finite))])
    }
}

/// Two operands as tensors of one dtype.
fn sides(a: Operand<'_>, b: Operand<'_>) -> (Tensor, Tensor) {
    match (a, b) {
        (Operand::Tensor(a), b) => both(a, b),
        (a, Operand::Tensor(b)) => {
            let (b, a) = both(b, a);
            (a, b)
        }
        (a, b) => (number(a, b), number(b, a)),
    }
}

/// `v` next to the number `other`: an integer only if both are.
fn number(v: Operand<'_>, other: Operand<'_>) -> Tensor {
    let dims: [usize; 0] = [];
    let dtype = match (v, other) {
        (Operand::Int(_), Operand::Int(_)) => DType::I64,
        _ => default_dtype(),
    };
    match v {
        Operand::Int(v) => Tensor::full(dims, v).to_dtype(dtype),
        Operand::Float(v) => Tensor::filled(Dims::new(&dims), v, dtype),
        Operand::Tensor(t) => t.clone(),
    }
}

fn choose(op: &'static str, condition: &Tensor, a: &Tensor, b: &Tensor) -> Result<Tensor> {
    if condition.dtype() != DType::Bool {
        bail!(
            op,
            DType,
            "the condition is {}, not bool; compare first, or convert with `bool()`",
            condition.dtype()
        );
    }
    let shape = broadcast(op, condition.dims(), a.dims())?;
    let shape = broadcast(op, &shape, b.dims())?;
    let lie = |x: &Tensor| x.detach().expand(shape).contiguous_raw();
    let (c, x, y) = (lie(condition), lie(a), lie(b));
    let out = moved!(a.dtype(), T => Tensor::build::<T>(a.dtype(), shape, |out| {
        select(&c.read::<u8>(), &x.read::<T>(), &y.read::<T>(), out);
    }));
    let (mask, of_a, of_b) = (condition.saved(op), *a.dims(), *b.dims());
    Ok(out.record(op, [a, b], move |g, cx| {
        [
            cx.needs(0, || g.kept(&mask).sum_to(&of_a)),
            cx.needs(1, || g.kept(&mask.logical_not()).sum_to(&of_b)),
        ]
    }))
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, testing::gradcheck_test};
    gradcheck_test!(
        where_,
        |a, b| Tensor::where_(&Tensor::from([true, false, true, false]), a, b),
        [3, 4],
        [3, 1]; no empty
    );
    gradcheck_test!(masked_fill, |x| x.masked_fill(&x.gt(0.5), 2.0), [3, 4]);
    gradcheck_test!(nan_to_num, |x| x.nan_to_num(0.0, None, None), [3, 4]);

    #[test]
    fn the_side_not_chosen_leaks_nothing() {
        let x = Tensor::from([0.0, 4.0]).requires_grad_(true);
        Tensor::where_(&x.gt(0.0), x.sqrt(), 0.0).sum().backward();
        assert!(x.grad().unwrap().i(1) == Tensor::from(0.25));
    }

    #[test]
    fn numbers_promote() {
        let c = Tensor::from([true, false]);
        assert_eq!(Tensor::where_(&c, 1, 2), Tensor::from([1, 2]));
        assert_eq!(Tensor::where_(&c, 1, 0.5), Tensor::from([1.0, 0.5]));
        assert_eq!(
            Tensor::where_(&c, Tensor::from([3, 4]), 0.5).dtype(),
            DType::F32
        );
    }

    #[test]
    #[should_panic(expected = "where_: the condition is f32, not bool")]
    fn a_condition_is_bool() {
        let _ = Tensor::where_(&Tensor::ones([2]), 1, 2);
    }

    #[test]
    #[should_panic(expected = "masked_fill: the value must be a number or a 0-d tensor")]
    fn one_value_fills() {
        let _ = Tensor::ones([2]).masked_fill(&Tensor::from([true, false]), Tensor::ones([2]));
    }
}
