//! Powers and logarithms to other bases, and what is made of logarithms.
use super::{
    binary::binary,
    unary::{call, functions},
};
use crate::Tensor;
use std::f64::consts::{LN_2, LN_10};

functions! {
    /// The logarithm to base 2. Gradient: `1 / (x ln 2)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([8, 0]).log2(), Tensor::from([3.0, f32::NEG_INFINITY]));
    /// ```
    log2 = f64::log2, |g, x| g / (x * LN_2);
    /// The logarithm to base 10. Gradient: `1 / (x ln 10)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1000.0]).log10(), Tensor::from([3.0]));
    /// ```
    log10 = f64::log10, |g, x| g / (x * LN_10);
    /// `ln(x / (1 - x))`, the inverse of `sigmoid`; NaN outside of 0..1. Gradient: `1 / (x (1 - x))`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.5, 1.0]).logit(), Tensor::from([0.0, f32::INFINITY]));
    /// ```
    logit = |x: f64| (x / (1.0 - x)).ln(), |g, x| logit_gradient(g, x);
}

fn logit_gradient(g: &Tensor, x: &Tensor) -> Tensor {
    let outside = x.lt(0.0).logical_or(x.gt(1.0));
    (g / (x * (1.0 - x))).masked_fill(&outside, f64::NAN)
}

impl Tensor {
    /// [`Tensor::logit`] of `x` moved into `eps..1 - eps`; PyTorch's `logit(x, eps)`. The gradient is
    /// 0 where `x` was moved.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([-3.0, 0.5]);
    /// assert_eq!(x.logit_eps(0.25), Tensor::from([0.25, 0.5]).logit());
    /// ```
    pub fn logit_eps(&self, eps: f64) -> Tensor {
        let x = self.as_float();
        let inside = x.masked_fill(&x.gt(1.0 - eps), 1.0 - eps);
        inside.masked_fill(&x.lt(eps), eps).logit()
    }

    /// `2^x`. Gradient: `2^x ln 2`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([3, -1]).exp2(), Tensor::from([8.0, 0.5]));
    /// ```
    pub fn exp2(&self) -> Tensor {
        let x = self.as_float();
        call(&x, f64::exp2).record_output("exp2", [&x], |g, cx| [Some(g * (cx.output() * LN_2))])
    }
}

binary! {
    /// `ln(e^self + e^other)` without overflow. Gradients: `sigmoid(self - other)` and the rest to 1.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1000.0]).logaddexp(f32::NEG_INFINITY), Tensor::from([1000.0]));
    /// ```
    logaddexp: Floats, float,
    |x, y| if x == y && x.is_infinite() { x } else { (if x > y { x } else { y }) + (-(x - y).abs()).exp().ln_1p() },
    |g, x, y| [g * (x - y).sigmoid(), g * (y - x).sigmoid()];
    /// `log2(2^self + 2^other)` without overflow.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([3.0]).logaddexp2(3.0), Tensor::from([4.0]));
    /// ```
    logaddexp2: Floats, float,
    |x, y| if x == y && x.is_infinite() { x } else {
        (if x > y { x } else { y }) + (-(x - y).abs()).exp2().ln_1p() * (std::f64::consts::LOG2_E as T)
    },
    |g, x, y| [g * ((x - y) * LN_2).sigmoid(), g * ((y - x) * LN_2).sigmoid()];
    /// `self * ln(other)`, taken as 0 where `self` is 0 (unless `other` is NaN). Gradients:
    /// `ln other` (0 where both `self` is 0 and `other` not positive) and `self / other`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 2.0]).xlogy(&Tensor::from([0.0, 1.0])), Tensor::from([0.0, 0.0]));
    /// ```
    xlogy: Floats, float, |x, y| if x == 0.0 && !y.is_nan() { 0.0 } else { x * y.ln() },
    |g, x, y| [
        g.xlogy(y).masked_fill(&x.eq(0.0).logical_and(y.le(0.0)), 0.0),
        g * x / y
    ];
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(exp2, |x| x.exp2(), [3, 4]);
    gradcheck_test!(log2, |x| x.abs().log2(), [3, 4]);
    gradcheck_test!(log10, |x| x.abs().log10(), [3, 4]);
    gradcheck_test!(logit, |x| x.sigmoid().logit(), [3, 4]);
    gradcheck_test!(logit_eps, |x| x.sigmoid().logit_eps(0.3), [3, 4]);
    gradcheck_test!(logaddexp, |x, y| x.logaddexp(y), [3, 4], [4]);
    gradcheck_test!(logaddexp2, |x, y| x.logaddexp2(y), [3, 1], [3, 4]);
    gradcheck_test!(xlogy, |x, y| x.xlogy(y.abs()), [3, 4], [4]);

    #[test]
    fn infinities_add_up() {
        let x = Tensor::from([f32::NEG_INFINITY, f32::INFINITY]);
        assert_eq!(x.logaddexp(&x), x);
        assert_eq!(x.logaddexp2(&x), x);
    }
}
