//! Activation functions whose gradient is a formula in the result: tanh, sigmoid, ReLU.
use crate::{Tensor, default_dtype};
use d2l_macros::elementwise;

#[elementwise(crate = crate, test = -4.0..4.0)]
fn tanh(x: f32) -> f32 {
    x.tanh()
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn sigmoid(x: f32) -> f32 {
    sigmoid(x)
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn relu(x: f32) -> f32 {
    x.max(0.0)
}

impl Tensor {
    /// Integers as the default float type; floats as they are.
    pub(crate) fn as_float(&self) -> Tensor {
        if self.dtype().is_float() {
            self.clone()
        } else {
            self.to_dtype(default_dtype())
        }
    }

    /// The hyperbolic tangent, element by element. Gradient: `1 - tanh²`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, f32::INFINITY]).tanh(), Tensor::from([0.0, 1.0]));
    /// ```
    pub fn tanh(&self) -> Tensor {
        tanh(self)
    }

    /// `1 / (1 + exp(-x))`, element by element. Gradient: `y (1 - y)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, -200.0]).sigmoid(), Tensor::from([0.5, 0.0]));
    /// ```
    pub fn sigmoid(&self) -> Tensor {
        sigmoid(self)
    }

    /// `max(x, 0)`, element by element. The gradient at 0 is 0; NaN stays NaN.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 2.0]).relu(), Tensor::from([0.0, 2.0]));
    /// ```
    pub fn relu(&self) -> Tensor {
        if self.dtype().is_float() {
            relu(self)
        } else {
            self.clamp_min(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(tanh, |x| x.tanh(), [3, 4]);
    gradcheck_test!(sigmoid, |x| x.sigmoid(), [3, 4]);
    gradcheck_test!(relu, |x| x.relu(), [3, 4]);
}
