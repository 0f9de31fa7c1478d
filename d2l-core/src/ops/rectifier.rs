//! Activation functions made of straight pieces.
use crate::{
    Tensor,
    error::{Result, bail, ok},
};
use d2l_macros::elementwise;

const SIXTH: f32 = 1.0 / 6.0;

#[elementwise(crate = crate, test = -4.0..4.0)]
fn leaky_relu(x: f32, #[scalar] slope: f32) -> f32 {
    if x > 0.0 { x } else { x * slope }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn hardtanh(x: f32, #[scalar] min: f32, #[scalar] max: f32) -> f32 {
    if x <= min {
        min
    } else if x >= max {
        max
    } else {
        x
    }
}

#[elementwise(crate = crate, test = -5.0..5.0)]
fn hardsigmoid(x: f32) -> f32 {
    if x <= -3.0 {
        0.0
    } else if x >= 3.0 {
        1.0
    } else {
        (x + 3.0) / 6.0
    }
}

/// With the factor that PyTorch takes in f32 for all dtypes.
#[elementwise(crate = crate, test = -4.0..4.0)]
fn hardsigmoid_gradient(g: f32, x: f32) -> f32 {
    if x <= -3.0 {
        0.0
    } else if x < 3.0 {
        g * SIXTH
    } else {
        0.0 // NaN, too
    }
}

#[elementwise(crate = crate, test = -5.0..5.0)]
fn hardswish(x: f32) -> f32 {
    x * hardsigmoid(x)
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn threshold(x: f32, #[scalar] threshold: f32, #[scalar] value: f32) -> f32 {
    if x <= threshold { value } else { x }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn softshrink(x: f32, #[scalar] lambda: f32) -> f32 {
    if x > lambda {
        x - lambda
    } else if x < -lambda {
        x + lambda
    } else if x <= lambda {
        0.0
    } else {
        x // NaN
    }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn hardshrink(x: f32, #[scalar] lambda: f32) -> f32 {
    if x.abs() <= lambda { 0.0 } else { x }
}

impl Tensor {
    /// `x` above 0, `negative_slope * x` below (PyTorch's default: 0.01).
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-2.0, 3.0]).leaky_relu(0.5), Tensor::from([-1.0, 3.0]));
    /// ```
    pub fn leaky_relu(&self, negative_slope: f64) -> Tensor {
        leaky_relu(self, negative_slope)
    }

    /// `x` above 0, `weight * x` below, with one weight, or one per channel (axis 1). The gradient at
    /// 0 is that of the lower piece.
    ///
    /// # Panics
    /// If there are several weights, but not one per channel.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[-2.0, -2.0], [3.0, -1.0]]);
    /// assert_eq!(x.prelu(&Tensor::from([0.5, 0.25])), Tensor::from([[-1.0, -0.5], [3.0, -0.25]]));
    /// ```
    #[track_caller]
    pub fn prelu(&self, weight: &Tensor) -> Tensor {
        ok!(self.try_prelu(weight))
    }

    /// [`Tensor::prelu`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::prelu`].
    pub fn try_prelu(&self, weight: &Tensor) -> Result<Tensor> {
        let weight = per_channel(self, weight)?;
        let above = self.gt(0.0);
        // Zeros for what is not taken: an infinity times a weight must not reach the gradient.
        let below = self.masked_fill(&above, 0.0) * weight;
        Ok(Tensor::where_(&above, self, below))
    }

    /// Within `min..=max` (PyTorch's defaults: -1, 1). The gradient is 0 at the limits and beyond.
    ///
    /// # Panics
    /// If `min` is above `max`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-2.0, 0.5]).hardtanh(-1.0, 1.0), Tensor::from([-1.0, 0.5]));
    /// ```
    #[track_caller]
    pub fn hardtanh(&self, min: f64, max: f64) -> Tensor {
        ok!(self.try_hardtanh(min, max))
    }

    /// [`Tensor::hardtanh`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::hardtanh`].
    pub fn try_hardtanh(&self, min: f64, max: f64) -> Result<Tensor> {
        check_limits(min, max)?;
        Ok(hardtanh(self, min, max))
    }

    /// `min(max(x, 0), 6)`. The gradient is 0 at both ends.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-2.0, 5.0, 9.0]).relu6(), Tensor::from([0.0, 5.0, 6.0]));
    /// ```
    pub fn relu6(&self) -> Tensor {
        self.hardtanh(0.0, 6.0)
    }

    /// `min(max(x + 3, 0), 6) / 6`. The gradient is 0 at both ends.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-4.0, 0.0, 4.0]).hardsigmoid(), Tensor::from([0.0, 0.5, 1.0]));
    /// ```
    pub fn hardsigmoid(&self) -> Tensor {
        let x = self.as_float();
        let saved = x.saved("hardsigmoid");
        hardsigmoid(&x.detach()).record("hardsigmoid", [&x], move |g, _| {
            [Some(hardsigmoid_gradient(g, &saved))]
        })
    }

    /// `x * hardsigmoid(x)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-4.0, 3.0, 4.0]).hardswish(), Tensor::from([0.0, 3.0, 4.0]));
    /// ```
    pub fn hardswish(&self) -> Tensor {
        hardswish(self)
    }

    /// `x` above `threshold`, else `value`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.5, 3.0]).threshold(1.0, -7.0), Tensor::from([-7.0, 3.0]));
    /// ```
    pub fn threshold(&self, threshold: f64, value: f64) -> Tensor {
        self::threshold(self, threshold, value)
    }

    /// Moved towards 0 by `lambda`, and 0 within (PyTorch's default: 0.5).
    ///
    /// # Panics
    /// If `lambda` is negative.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-2.0, 0.25]).softshrink(0.5), Tensor::from([-1.5, 0.0]));
    /// ```
    #[track_caller]
    pub fn softshrink(&self, lambda: f64) -> Tensor {
        ok!(self.try_softshrink(lambda))
    }

    /// [`Tensor::softshrink`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::softshrink`].
    pub fn try_softshrink(&self, lambda: f64) -> Result<Tensor> {
        check_lambda(lambda)?;
        Ok(softshrink(self, lambda))
    }

    /// `x`, but 0 within `-lambda..=lambda` (PyTorch's default: 0.5).
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-2.0, 0.25]).hardshrink(0.5), Tensor::from([-2.0, 0.0]));
    /// ```
    pub fn hardshrink(&self, lambda: f64) -> Tensor {
        hardshrink(self, lambda)
    }
}

/// The weights so that they broadcast along axis 1 of `x`.
fn per_channel(x: &Tensor, weight: &Tensor) -> Result<Tensor> {
    let channels = if x.dim() < 2 { 1 } else { x.shape()[1] };
    if weight.dim() > 1 || (weight.numel() != 1 && weight.numel() != channels) {
        bail!(
            "prelu",
            Shape,
            "{:?} weights for {channels} channels of {:?}",
            weight.shape(),
            x.shape()
        );
    }
    if weight.numel() == 1 {
        return Ok(weight.reshape([0isize; 0]));
    }
    let mut shape = vec![1isize; x.dim() - 1];
    shape[0] = channels as isize;
    Ok(weight.reshape(shape))
}

fn check_limits(min: f64, max: f64) -> Result<()> {
    if min > max {
        bail!("hardtanh", Value, "min {min} is above max {max}");
    }
    Ok(())
}

fn check_lambda(lambda: f64) -> Result<()> {
    if lambda < 0.0 {
        bail!(
            "softshrink",
            Value,
            "lambda is {lambda}, but must not be negative"
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(leaky_relu, |x| x.leaky_relu(0.1), [3, 4]);
    gradcheck_test!(prelu, |x, w| x.prelu(w), [3, 4], [4]);
    gradcheck_test!(prelu_one_weight, |x, w| x.prelu(w), [3, 4], [1]);
    gradcheck_test!(hardtanh, |x| x.hardtanh(-1.1, 0.7), [3, 4]);
    gradcheck_test!(relu6, |x| (x * 6.0).relu6(), [3, 4]);
    gradcheck_test!(hardsigmoid, |x| (x * 4.0).hardsigmoid(), [3, 4]);
    gradcheck_test!(hardswish, |x| (x * 4.0).hardswish(), [3, 4]);
    gradcheck_test!(threshold, |x| x.threshold(0.1, 3.0), [3, 4]);
    gradcheck_test!(softshrink, |x| x.softshrink(0.7), [3, 4]);
    gradcheck_test!(hardshrink, |x| x.hardshrink(0.7), [3, 4]);

    #[test]
    #[should_panic(expected = "prelu: [3] weights for 2 channels of [5, 2]")]
    fn one_weight_per_channel() {
        let _ = Tensor::ones([5, 2]).prelu(&Tensor::ones([3]));
    }

    #[test]
    #[should_panic(expected = "softshrink: lambda is -1, but must not be negative")]
    fn lambda_is_not_negative() {
        let _ = Tensor::ones([1]).softshrink(-1.0);
    }

    #[test]
    #[should_panic(expected = "hardtanh: min 2 is above max 1")]
    fn limits_are_in_order() {
        let _ = Tensor::ones([1]).hardtanh(2.0, 1.0);
    }
}
