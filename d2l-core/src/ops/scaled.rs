//! Sums with a factor.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
};

impl Tensor {
    /// `self + alpha · other`; PyTorch's `add(other, alpha=…)`. Shapes broadcast, dtypes promote.
    ///
    /// # Panics
    /// If the shapes do not broadcast, for bools, or if `alpha` is no integer where the result is.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert_eq!(x.add_scaled(&Tensor::from([10.0, 20.0]), 0.5), Tensor::from([6.0, 12.0]));
    /// ```
    #[track_caller]
    pub fn add_scaled(&self, other: &Tensor, alpha: impl IntoOperand) -> Tensor {
        let y = ok!(scaled("add", self, other, alpha.operand()));
        ok!(self.try_add(&y))
    }

    /// `self - alpha · other`; PyTorch's `sub(other, alpha=…)`.
    ///
    /// # Panics
    /// As [`Tensor::add_scaled`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7]).sub_scaled(&Tensor::from([3]), 2), Tensor::from([1]));
    /// ```
    #[track_caller]
    pub fn sub_scaled(&self, other: &Tensor, alpha: impl IntoOperand) -> Tensor {
        let y = ok!(scaled("sub", self, other, alpha.operand()));
        ok!(self.try_sub(&y))
    }
}

/// `alpha · y` in the dtype of the result.
fn scaled(op: &'static str, x: &Tensor, y: &Tensor, alpha: Operand<'_>) -> Result<Tensor> {
    let dtype = x.dtype().promote(y.dtype());
    if dtype == DType::Bool {
        bail!(
            op,
            DType,
            "bool tensors take no factor; convert with `long()`"
        );
    }
    match alpha {
        Operand::Float(v) if !dtype.is_float() => {
            bail!(
                op,
                Value,
                "the factor {v} is no integer, the result is {dtype}"
            )
        }
        alpha => y.to_dtype(dtype).try_mul(alpha),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(add, |a, b| a.add_scaled(b, -2.5).square(), [3, 4], [4]);
    gradcheck_test!(sub, |a, b| a.sub_scaled(b, 2).square(), [3, 1], [3, 4]);

    #[test]
    #[should_panic(expected = "add: the factor 0.5 is no integer, the result is i64")]
    fn integers_have_whole_factors() {
        let _ = Tensor::from([1]).add_scaled(&Tensor::from([1]), 0.5);
    }
}
