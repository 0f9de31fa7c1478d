//! Reciprocals and powers in double precision.
use super::{
    operand::{IntoOperand, Operand},
    unary::map_float,
};
use crate::Tensor;

impl Tensor {
    /// `1 / x`. Gradient: `-1 / x²`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([2, 4]).reciprocal(), Tensor::from([0.5, 0.25]));
    /// ```
    pub fn reciprocal(&self) -> Tensor {
        let x = self.as_float();
        map_float!(&x, |v: T| 1.0 / v).record_output("reciprocal", [&x], |g, cx| {
            [Some(-(g * cx.output() * cx.output()))]
        })
    }

    /// `1 / √x`: infinite at 0, NaN below. Gradient: `-½ x^(-3/2)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([4.0, 0.0]).rsqrt(), Tensor::from([0.5, f32::INFINITY]));
    /// ```
    pub fn rsqrt(&self) -> Tensor {
        let x = self.as_float();
        map_float!(&x, |v: T| 1.0 / v.sqrt()).record_output("rsqrt", [&x], |g, cx| {
            let y = cx.output();
            [Some(g * (y.square() * y) * -0.5)]
        })
    }

    /// `x^p` computed and returned as `F64`, whatever the dtypes.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::{DType, Tensor};
    /// assert_eq!(Tensor::from([2, 3]).float_power(-1).dtype(), DType::F64);
    /// ```
    #[track_caller]
    pub fn float_power(&self, p: impl IntoOperand) -> Tensor {
        match p.operand() {
            Operand::Tensor(p) => self.double().pow(p.double()),
            number => self.double().pow(number),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(reciprocal, |x| x.reciprocal(), [3, 4]);
    gradcheck_test!(rsqrt, |x| x.abs().rsqrt(), [3, 4]);
    gradcheck_test!(float_power, |x, p| x.abs().float_power(p), [3, 4], [4]);
}
