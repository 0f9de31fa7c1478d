//! Activation functions whose gradient is a formula in the result: tanh, sigmoid, ReLU.
use super::walk::{self, widen};
use crate::{
    Tensor, default_dtype,
    kernel::math,
    tensor::{float, wide},
};

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
        let x = self.as_float();
        let y = float!(x.dtype(), T => walk::map_math::<T, _>(&x, math::Tanh));
        y.record_output("tanh", [&x], |g, cx| {
            [Some(g * (1.0 - cx.output() * cx.output()))]
        })
    }

    /// `1 / (1 + exp(-x))`, element by element. Gradient: `y (1 - y)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, -200.0]).sigmoid(), Tensor::from([0.5, 0.0]));
    /// ```
    pub fn sigmoid(&self) -> Tensor {
        let x = self.as_float();
        let y = float!(x.dtype(), T => walk::map_math::<T, _>(&x, math::Sigmoid));
        y.record_output("sigmoid", [&x], |g, cx| {
            [Some(g * cx.output() * (1.0 - cx.output()))]
        })
    }

    /// `max(x, 0)`, element by element. The gradient at 0 is 0; NaN stays NaN.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 2.0]).relu(), Tensor::from([0.0, 2.0]));
    /// ```
    pub fn relu(&self) -> Tensor {
        let x = widen(self.clone());
        let y = wide!(x.dtype(), T => walk::map::<T, T>(&x, x.dtype(), |v| if v <= (0 as T) { 0 as T } else { v }));
        y.to_dtype(self.dtype())
            .record_output("relu", [self], |g, cx| {
                [Some(relu_gradient(g, cx.output()))]
            })
    }
}

/// `g` where `y > 0`, else 0; differentiable with respect to `g`.
fn relu_gradient(g: &Tensor, y: &Tensor) -> Tensor {
    let y = y.detach().saved("relu");
    let out = float!(g.dtype(), T => walk::zip::<T, T, T>(g, &y, *g.dims(), g.dtype(), |g, y| if y > 0.0 { g } else { 0.0 }));
    out.record("relu_backward", [g], move |h, _| {
        [Some(relu_gradient(h, &y))]
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(tanh, |x| x.tanh(), [3, 4]);
    gradcheck_test!(sigmoid, |x| x.sigmoid(), [3, 4]);
    gradcheck_test!(relu, |x| x.relu(), [3, 4]);
}
