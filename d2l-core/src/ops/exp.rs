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

    /// [`Tensor::ln`] by PyTorch's name.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from(1.0).log().item(), 0.0);
    /// ```
    pub fn log(&self) -> Tensor {
        self.ln()
    }

    /// `e^x - 1`, element by element, accurate near 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1e-8]).expm1(), Tensor::from([0.0, 1e-8]));
    /// ```
    pub fn expm1(&self) -> Tensor {
        let x = self.as_float();
        let y = float!(x.dtype(), T => walk::map_math::<T, _>(&x, math::Expm1));
        y.record_output("expm1", [&x], |g, cx| [Some(g * (cx.output() + 1.0))])
    }

    /// `ln(1 + x)`, element by element, accurate near 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1e-8]).log1p(), Tensor::from([0.0, 1e-8]));
    /// ```
    pub fn log1p(&self) -> Tensor {
        let x = self.as_float();
        let saved = x.saved("log1p");
        let y = float!(x.dtype(), T => walk::map_math::<T, _>(&x, math::Log1p));
        y.record("log1p", [&x], move |g, _| [Some(g / (&*saved + 1.0))])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(log, |x| (x * x + 0.1).log(), [3, 4]);
    gradcheck_test!(exp, |x| x.exp(), [3, 4]);
    gradcheck_test!(expm1, |x| x.expm1(), [3, 4]);
    gradcheck_test!(log1p, |x| (x * x).log1p(), [3, 4]);
    gradcheck_test!(ln, |x| (x * x + 0.1).ln(), [3, 4]);
}
