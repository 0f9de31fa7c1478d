//! Exponential and natural logarithm.
use super::walk;
use crate::{Tensor, kernel::math, tensor::float};

impl Tensor {
    /// `e^x`, element by element.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, f32::NEG_INFINITY]).exp(), Tensor::from([1.0, 0.0]));
    /// ```
    pub fn exp(&self) -> Tensor {
        let x = self.as_float();
        let y = float!(x.dtype(), T => walk::map_math::<T, _>(&x, math::Exp));
        y.record_output("exp", [&x], |g, cx| [Some(g * cx.output())])
    }

    /// The natural logarithm, element by element: `-inf` at 0, NaN below; PyTorch's `log`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 0.0]).ln(), Tensor::from([0.0, f32::NEG_INFINITY]));
    /// ```
    pub fn ln(&self) -> Tensor {
        let x = self.as_float();
        let saved = x.saved("ln");
        let y = float!(x.dtype(), T => walk::map_math::<T, _>(&x, math::Ln));
        y.record("ln", [&x], move |g, _| [Some(g / &*saved)])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(exp, |x| x.exp(), [3, 4]);
    gradcheck_test!(ln, |x| (x * x + 0.1).ln(), [3, 4]);
}
