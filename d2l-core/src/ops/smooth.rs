//! Smooth activation functions: the linear units with an exponential part, SiLU, GELU, softplus, GLU.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};
use d2l_macros::elementwise;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// `√(2/π)`.
const GELU_SCALE: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
/// The factor of the cube in the tanh form of GELU.
const GELU_CUBE: f64 = 0.044715;

#[elementwise(crate = crate, test = -4.0..4.0)]
fn elu(x: f32, #[scalar] alpha: f32) -> f32 {
    if x <= 0.0 { alpha * x.exp_m1() } else { x }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn selu(x: f32) -> f32 {
    let scale = 1.050_700_987_355_480_5;
    if x <= 0.0 {
        scale * 1.673_263_242_354_377_2 * x.exp_m1()
    } else {
        scale * x
    }
}

#[elementwise(crate = crate, test = -2.0..2.0)]
fn celu(x: f32, #[scalar] alpha: f32) -> f32 {
    if x <= 0.0 {
        alpha * (x / alpha).exp_m1()
    } else {
        x
    }
}

/// `slope` is `1 / alpha`.
#[elementwise(crate = crate, test = -1.0..1.0)]
fn celu_gradient(g: f32, x: f32, #[scalar] alpha: f32, #[scalar] slope: f32) -> f32 {
    if x <= 0.0 {
        g * (alpha * slope * (x * slope).exp())
    } else {
        g
    }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn silu(x: f32) -> f32 {
    x * sigmoid(x)
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn mish(x: f32) -> f32 {
    x * softplus(x, 1.0, 20.0).tanh()
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn gelu(x: f32) -> f32 {
    0.5 * x * (1.0 + erf(FRAC_1_SQRT_2 * x))
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn gelu_tanh(x: f32) -> f32 {
    0.5 * x * (1.0 + tanh(GELU_SCALE * (x + GELU_CUBE * x.powi(3))))
}

#[elementwise(crate = crate, test = 0.1..4.0)]
fn softplus(x: f32, #[scalar] beta: f32, #[scalar] threshold: f32) -> f32 {
    if beta * x > threshold {
        x
    } else {
        (beta * x).exp().ln_1p() / beta
    }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn logsigmoid(x: f32) -> f32 {
    if x > 0.0 {
        -(-x).exp().ln_1p()
    } else {
        x - x.exp().ln_1p()
    }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn softsign(x: f32) -> f32 {
    x / (1.0 + x.abs())
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn tanhshrink(x: f32) -> f32 {
    x - x.tanh()
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn glu(x: f32, gate: f32) -> f32 {
    x * sigmoid(gate)
}

impl Tensor {
    /// `x` above 0, `alpha (e^x - 1)` below (PyTorch's default: 1).
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([f32::NEG_INFINITY, 3.0]).elu(2.0), Tensor::from([-2.0, 3.0]));
    /// ```
    pub fn elu(&self, alpha: f64) -> Tensor {
        elu(self, alpha)
    }

    /// The self-normalising unit: [`Tensor::elu`] with `alpha` 1.6733, times 1.0507.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1.0]).selu(), Tensor::from([0.0, 1.050701]));
    /// ```
    pub fn selu(&self) -> Tensor {
        selu(self)
    }

    /// `x` above 0, `alpha (e^(x/alpha) - 1)` below: smooth at 0 for any `alpha` (PyTorch's default: 1).
    ///
    /// # Panics
    /// If `alpha` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([f32::NEG_INFINITY, 3.0]).celu(2.0), Tensor::from([-2.0, 3.0]));
    /// ```
    #[track_caller]
    pub fn celu(&self, alpha: f64) -> Tensor {
        ok!(self.try_celu(alpha))
    }

    /// [`Tensor::celu`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::celu`].
    pub fn try_celu(&self, alpha: f64) -> Result<Tensor> {
        check_alpha(alpha)?;
        // PyTorch's gradient takes `alpha` in f32, whatever the dtype.
        let slope = f64::from(alpha as f32).recip();
        let x = self.as_float();
        let saved = x.saved("celu");
        let y = celu(&x.detach(), alpha);
        Ok(y.record("celu", [&x], move |g, _| {
            [Some(celu_gradient(g, &saved, alpha, slope))]
        }))
    }

    /// `x * sigmoid(x)`, also called swish.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 100.0]).silu(), Tensor::from([0.0, 100.0]));
    /// ```
    pub fn silu(&self) -> Tensor {
        silu(self)
    }

    /// `x * tanh(ln(1 + e^x))`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 100.0]).mish(), Tensor::from([0.0, 100.0]));
    /// ```
    pub fn mish(&self) -> Tensor {
        mish(self)
    }

    /// `x Φ(x)` with the normal distribution function `Φ(x) = (1 + erf(x/√2)) / 2`.
    /// [`Tensor::gelu_tanh`] approximates it.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 100.0]).gelu(), Tensor::from([0.0, 100.0]));
    /// ```
    pub fn gelu(&self) -> Tensor {
        gelu(self)
    }

    /// The approximation `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2` of [`Tensor::gelu`], off by at
    /// most 5e-4; PyTorch's `gelu(approximate="tanh")`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::linspace(-4.0, 4.0, 33);
    /// assert!(x.gelu_tanh().allclose(&x.gelu(), 0.0, 5e-4));
    /// ```
    pub fn gelu_tanh(&self) -> Tensor {
        gelu_tanh(self)
    }

    /// `ln(1 + e^(beta x)) / beta`, a smooth ReLU; `x` itself where `beta x` exceeds `threshold`
    /// (PyTorch's defaults: 1, 20).
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-200.0, 30.0]).softplus(1.0, 20.0), Tensor::from([0.0, 30.0]));
    /// ```
    pub fn softplus(&self, beta: f64, threshold: f64) -> Tensor {
        softplus(self, beta, threshold)
    }

    /// `ln(sigmoid(x))` without overflow.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-200.0, 200.0]).logsigmoid(), Tensor::from([-200.0, 0.0]));
    /// ```
    pub fn logsigmoid(&self) -> Tensor {
        logsigmoid(self)
    }

    /// `x / (1 + |x|)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 3.0]).softsign(), Tensor::from([-0.5, 0.75]));
    /// ```
    pub fn softsign(&self) -> Tensor {
        softsign(self)
    }

    /// `x - tanh(x)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 30.0]).tanhshrink(), Tensor::from([0.0, 29.0]));
    /// ```
    pub fn tanhshrink(&self) -> Tensor {
        tanhshrink(self)
    }

    /// The first half along an axis times the sigmoid of the second (PyTorch's default: the last).
    ///
    /// # Panics
    /// If the axis does not exist or its size is odd.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([4.0, 6.0, 0.0, 100.0]).glu(-1), Tensor::from([2.0, 6.0]));
    /// ```
    #[track_caller]
    pub fn glu(&self, dim: isize) -> Tensor {
        ok!(self.try_glu(dim))
    }

    /// [`Tensor::glu`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::glu`].
    pub fn try_glu(&self, dim: isize) -> Result<Tensor> {
        let half = half_of(self, dim)?;
        Ok(glu(
            &self.narrow(dim, 0, half),
            &self.narrow(dim, half, half),
        ))
    }
}

fn check_alpha(alpha: f64) -> Result<()> {
    if alpha == 0.0 {
        bail!("celu", Value, "alpha must not be 0");
    }
    Ok(())
}

fn half_of(x: &Tensor, dim: isize) -> Result<usize> {
    if x.dim() == 0 {
        bail!("glu", Shape, "a number has no axis to halve");
    }
    let n = x.shape()[axis("glu", dim, x.dim())?];
    if n % 2 == 1 {
        bail!(
            "glu",
            Shape,
            "axis {dim} of {:?} has the odd size {n}",
            x.shape()
        );
    }
    Ok(n / 2)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(elu, |x| x.elu(0.7), [3, 4]);
    gradcheck_test!(selu, |x| x.selu(), [3, 4]);
    gradcheck_test!(celu, |x| x.celu(0.7), [3, 4]);
    gradcheck_test!(silu, |x| x.silu(), [3, 4]);
    gradcheck_test!(mish, |x| x.mish(), [3, 4]);
    gradcheck_test!(gelu, |x| x.gelu(), [3, 4]);
    gradcheck_test!(gelu_tanh, |x| x.gelu_tanh(), [3, 4]);
    gradcheck_test!(softplus, |x| x.softplus(2.0, 1.0), [3, 4]);
    gradcheck_test!(logsigmoid, |x| x.logsigmoid(), [3, 4]);
    gradcheck_test!(softsign, |x| x.softsign(), [3, 4]);
    gradcheck_test!(tanhshrink, |x| x.tanhshrink(), [3, 4]);
    gradcheck_test!(glu, |x| x.glu(0), [4, 3]; no scalar);

    #[test]
    fn second_derivatives_are_right() {
        use crate::grad;
        for f in [
            Tensor::silu,
            Tensor::gelu,
            Tensor::gelu_tanh,
            Tensor::mish,
            Tensor::selu,
            Tensor::logsigmoid,
        ] {
            let first = grad(move |x: &Tensor| f(x));
            let (x, h) = (Tensor::with_dtype(0.6, crate::DType::F64), 1e-5);
            let exact = grad(move |x: &Tensor| grad(move |x: &Tensor| f(x))(x))(&x).item();
            let quotient = (first(&(&x + h)).item() - first(&(&x - h)).item()) / (2.0 * h);
            assert!((exact - quotient).abs() < 1e-8, "{exact} {quotient}");
        }
    }

    #[test]
    fn halves_of_nothing_are_nothing() {
        assert_eq!(Tensor::zeros([0, 4]).glu(1), Tensor::zeros([0, 2]));
    }

    #[test]
    #[should_panic(expected = "glu: axis 0 of [3] has the odd size 3")]
    fn odd_sizes_have_no_halves() {
        let _ = Tensor::ones([3]).glu(0);
    }
}
