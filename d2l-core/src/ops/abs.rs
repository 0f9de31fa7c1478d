//! Absolute value and sign.
use super::walk::{self, widen};
use crate::{
    DType, Tensor,
    kernel::math::Num,
    tensor::{float, wide},
};

impl Tensor {
    /// `|x|`, element by element. The gradient at 0 is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 2.0]).abs(), Tensor::from([1.5, 2.0]));
    /// ```
    pub fn abs(&self) -> Tensor {
        if !self.dtype().is_float() {
            return walk::map::<i64, i64>(&self.long(), DType::I64, i64::wrapping_abs)
                .to_dtype(self.dtype());
        }
        let x = self.saved("abs");
        let out = float!(self.dtype(), T => walk::map::<T, T>(self, self.dtype(), T::abs));
        out.record("abs", [self], move |g, _| [Some(g * x.sign())])
    }

    /// -1, 0 or 1, element by element; 0 for NaN, as in PyTorch. The gradient is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 0.0, 2.0]).sign(), Tensor::from([-1.0, 0.0, 1.0]));
    /// ```
    pub fn sign(&self) -> Tensor {
        let x = widen(self.clone());
        let out = wide!(x.dtype(), T => walk::map::<T, T>(&x, x.dtype(), |v| {
            if v > T::ZERO { T::ONE } else if v < T::ZERO { Num::minus(T::ZERO, T::ONE) } else { T::ZERO }
        }));
        out.to_dtype(self.dtype())
            .record("sign", [self], |g, _| [Some(g.zeros_like())])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(abs, |x| x.abs(), [3, 4]);
    gradcheck_test!(sign, |x| x.sign() * x, [3, 4]);
}
