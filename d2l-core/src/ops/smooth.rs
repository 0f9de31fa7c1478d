//! Smooth activation functions: the linear units with an exponential part, SiLU, GELU, softplus, GLU.
use super::{unary::map_float, walk};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::{math::Float, special::NormalCdf},
    tensor::{axis, float},
};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

/// `√(2/π)`.
const GELU_SCALE: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
/// The factor of the cube in the tanh form of GELU.
const GELU_CUBE: f64 = 0.044715;

impl Tensor {
    /// `x` above 0, `alpha (e^x - 1)` below (PyTorch's default: 1).
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([f32::NEG_INFINITY, 3.0]).elu(2.0), Tensor::from([-2.0, 3.0]));
    /// ```
    pub fn elu(&self, alpha: f64) -> Tensor {
        self.scaled_elu("elu", [alpha, 1.0, 1.0], 1.0)
    }

    /// The self-normalising unit: [`Tensor::elu`] with `alpha` 1.6733, times 1.0507.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1.0]).selu(), Tensor::from([0.0, 1.050701]));
    /// ```
    pub fn selu(&self) -> Tensor {
        self.scaled_elu(
            "selu",
            [1.673_263_242_354_377_2, 1.050_700_987_355_480_5, 1.0],
            1.0,
        )
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
        Ok(self.scaled_elu(
            "celu",
            [alpha, 1.0, alpha.recip()],
            f64::from(alpha as f32).recip(),
        ))
    }

    /// `scale * x` above 0, `scale * alpha * (e^(inner * x) - 1)` below; `slope` is `inner` in the
    /// gradient.
    fn scaled_elu(&self, op: &'static str, [alpha, scale, inner]: [f64; 3], slope: f64) -> Tensor {
        let x = self.as_float();
        let saved = x.saved(op);
        let below = alpha * scale;
        let y = map_float!(&x, |v: T| if v > 0.0 {
            v * scale as T
        } else {
            Float::expm1_in::<false>(v * inner as T) * below as T
        });
        y.record(op, [&x], move |g, _| {
            let falling = (saved.clamp_max(0.0) * slope).exp() * (below * slope);
            [Some(g * Tensor::where_(&saved.le(0.0), falling, scale))]
        })
    }

    /// `x * sigmoid(x)`, also called swish.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 100.0]).silu(), Tensor::from([0.0, 100.0]));
    /// ```
    pub fn silu(&self) -> Tensor {
        let x = self.as_float();
        let saved = x.saved("silu");
        map_float!(&x, |v: T| v * Float::sigmoid_in::<false>(v)).record(
            "silu",
            [&x],
            move |g, _| {
                let s = saved.sigmoid();
                [Some(g * (&s * (&*saved * (1.0 - &s) + 1.0)))]
            },
        )
    }

    /// `x * tanh(ln(1 + e^x))`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 100.0]).mish(), Tensor::from([0.0, 100.0]));
    /// ```
    pub fn mish(&self) -> Tensor {
        let x = self.as_float();
        &x * x.softplus(1.0, 20.0).tanh()
    }

    /// `x Φ(x)` with the normal distribution function `Φ(x) = (1 + erf(x/√2)) / 2`.
    /// [`Tensor::gelu_tanh`] approximates it.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 100.0]).gelu(), Tensor::from([0.0, 100.0]));
    /// ```
    pub fn gelu(&self) -> Tensor {
        let x = self.as_float();
        &x * x.normal_cdf()
    }

    /// `Φ(x)`. Gradient: the density `e^(-x²/2) / √(2π)`.
    fn normal_cdf(&self) -> Tensor {
        let saved = self.saved("normal_cdf");
        let y = float!(self.dtype(), T => walk::map_math::<T, _>(self, NormalCdf));
        y.record("normal_cdf", [self], move |g, _| {
            let density = (saved.square() * -0.5).exp() * (0.5 * GELU_SCALE);
            [Some(g * density)]
        })
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
        let x = self.as_float();
        let saved = x.saved("gelu_tanh");
        let y = map_float!(&x, |v: T| {
            let inner = GELU_SCALE as T * (v + GELU_CUBE as T * (v * v * v));
            0.5 * v * (1.0 + Float::tanh_in::<false>(inner))
        });
        y.record("gelu_tanh", [&x], move |g, _| {
            [Some(g * gelu_tanh_slope(&saved))]
        })
    }

    /// `ln(1 + e^(beta x)) / beta`, a smooth ReLU; `x` itself where `beta x` exceeds `threshold`
    /// (PyTorch's defaults: 1, 20).
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-200.0, 30.0]).softplus(1.0, 20.0), Tensor::from([0.0, 30.0]));
    /// ```
    pub fn softplus(&self, beta: f64, threshold: f64) -> Tensor {
        let x = self.as_float();
        let saved = x.saved("softplus");
        let soft = soft(&(x.detach() * beta));
        let y = float!(x.dtype(), T => {
            walk::zip::<T, T, T>(&x, &soft, *x.dims(), x.dtype(), move |v, soft| {
                if v * beta as T > threshold as T { v } else { soft / beta as T }
            })
        });
        y.record("softplus", [&x], move |g, _| {
            let z = &*saved * beta;
            [Some(g * Tensor::where_(&z.gt(threshold), 1.0, z.sigmoid()))]
        })
    }

    /// `ln(sigmoid(x))` without overflow.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-200.0, 200.0]).logsigmoid(), Tensor::from([-200.0, 0.0]));
    /// ```
    pub fn logsigmoid(&self) -> Tensor {
        let x = self.as_float();
        let saved = x.saved("logsigmoid");
        let y = -soft(&-x.detach());
        y.record("logsigmoid", [&x], move |g, _| {
            [Some(g * (-&*saved).sigmoid())]
        })
    }

    /// `x / (1 + |x|)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 3.0]).softsign(), Tensor::from([-0.5, 0.75]));
    /// ```
    pub fn softsign(&self) -> Tensor {
        let x = self.as_float();
        &x / (x.abs() + 1.0)
    }

    /// `x - tanh(x)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 30.0]).tanhshrink(), Tensor::from([0.0, 29.0]));
    /// ```
    pub fn tanhshrink(&self) -> Tensor {
        let x = self.as_float();
        &x - x.tanh()
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
        Ok(self.narrow(dim, 0, half) * self.narrow(dim, half, half).sigmoid())
    }
}

/// `ln(1 + e^z)` without overflow.
fn soft(z: &Tensor) -> Tensor {
    z.relu() + (-z.abs()).exp().log1p()
}

fn gelu_tanh_slope(x: &Tensor) -> Tensor {
    let square = x.square();
    let t = (x * (&square * GELU_CUBE + 1.0) * GELU_SCALE).tanh();
    let inner = (square * (3.0 * GELU_CUBE) + 1.0) * GELU_SCALE;
    (&t + 1.0) * 0.5 + x * (1.0 - t.square()) * inner * 0.5
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
