//! Hyperbolic functions and their inverses, element by element (`tanh` is with the activations).
use super::unary::functions;
use crate::Tensor;

functions! {
    /// The hyperbolic sine. Gradient: `cosh x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).sinh(), Tensor::from([0.0]));
    /// ```
    sinh = f64::sinh, |g, x| g * x.cosh();
    /// The hyperbolic cosine. Gradient: `sinh x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).cosh(), Tensor::from([1.0]));
    /// ```
    cosh = f64::cosh, |g, x| g * x.sinh();
    /// The inverse of `sinh`. Gradient: `1 / √(x² + 1)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).asinh(), Tensor::from([0.0]));
    /// ```
    asinh = f64::asinh, |g, x| g * (x.square() + 1.0).rsqrt();
    /// The inverse of `cosh`; NaN below 1. Gradient: `1 / √(x² - 1)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).acosh(), Tensor::from([0.0]));
    /// ```
    acosh = f64::acosh, |g, x| g * (x.square() - 1.0).rsqrt();
    /// The inverse of `tanh`; infinite at ±1, NaN beyond. Gradient: `1 / (1 - x²)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1.0]).atanh(), Tensor::from([0.0, f32::INFINITY]));
    /// ```
    atanh = f64::atanh, |g, x| g / (1.0 - x.square());
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(sinh, |x| x.sinh(), [3, 4]);
    gradcheck_test!(cosh, |x| x.cosh(), [3, 4]);
    gradcheck_test!(asinh, |x| x.asinh(), [3, 4]);
    gradcheck_test!(acosh, |x| (x.abs() + 1.0).acosh(), [3, 4]);
    gradcheck_test!(atanh, |x| (x * 0.5).atanh(), [3, 4]);
}
