//! Activation functions with settings, as layers.
use super::sizes::float;
use crate::{Module, module::Mode};
use d2l_core::{Error, ErrorKind, Tensor};

/// A record of numbers with a builder method for each: settings, the function, and what is printed.
macro_rules! activation_with {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident = $default:expr,)* }
        |$this:ident, $x:ident| $result:expr, $line:expr;
    )*) => { $(
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $name::line)]
        pub struct $name {
            $($field: f64,)*
        }

        impl $name {
            /// With PyTorch's defaults.
            pub fn new() -> $name {
                $name { $($field: $default,)* }
            }

            $(
                $(#[$field_doc])*
                #[must_use]
                pub fn $field(mut self, $field: impl Into<f64>) -> $name {
                    self.$field = $field.into();
                    self
                }
            )*

            fn line(&self) -> String {
                let $this = self;
                format!("{}({})", stringify!($name), $line)
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new()
            }
        }

        forward! {
            /// The function of every element.
            ///
            /// # Panics
            /// If a setting is not one with which the function is defined.
            $name, |$this, $x| $result
        }
    )* };
}

activation_with! {
    /// `x` above 0, `alpha (e^(x / alpha) - 1)` below (PyTorch's `nn.CELU`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([f32::NEG_INFINITY, 3.0]);
    /// assert_eq!(CELU::new().alpha(2).forward(&x), Tensor::from([-2.0, 3.0]));
    /// ```
    CELU {
        /// What it tends to far below 0, negated (1); not 0.
        alpha = 1.0,
    }
    |this, x| x.try_celu(this.alpha), format!("alpha={}", float(this.alpha));
    /// `x` above 0, `alpha (e^x - 1)` below (PyTorch's `nn.ELU`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let x = Tensor::from([f32::NEG_INFINITY, 3.0]);
    /// assert_eq!(ELU::new().alpha(2).forward(&x), Tensor::from([-2.0, 3.0]));
    /// ```
    ELU {
        /// What it tends to far below 0, negated (1).
        alpha = 1.0,
    }
    |this, x| Ok(x.elu(this.alpha)), format!("alpha={}", float(this.alpha));
    /// `x` outside of ±lambd, 0 within (PyTorch's `nn.Hardshrink`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Hardshrink::new().forward(&Tensor::from([0.5, 0.6])), Tensor::from([0.0, 0.6]));
    /// ```
    Hardshrink {
        /// Where it begins (0.5).
        lambd = 0.5,
    }
    |this, x| Ok(x.hardshrink(this.lambd)), float(this.lambd);
    /// `x` within its limits (PyTorch's `nn.Hardtanh`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = Hardtanh::new().max_val(2);
    /// assert_eq!(layer.forward(&Tensor::from([-3.0, 3.0])), Tensor::from([-1.0, 2.0]));
    /// ```
    Hardtanh {
        /// The lower limit (-1).
        min_val = -1.0,
        /// The upper limit (1), not below the lower one.
        max_val = 1.0,
    }
    |this, x| x.try_hardtanh(this.min_val, this.max_val),
    format!("min_val={}, max_val={}", float(this.min_val), float(this.max_val));
    /// `x` above 0, `negative_slope · x` below (PyTorch's `nn.LeakyReLU`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let layer = LeakyReLU::new().negative_slope(0.5);
    /// assert_eq!(layer.forward(&Tensor::from([-2.0, 3.0])), Tensor::from([-1.0, 3.0]));
    /// ```
    LeakyReLU {
        /// The slope below 0 (0.01).
        negative_slope = 0.01,
    }
    |this, x| Ok(x.leaky_relu(this.negative_slope)),
    format!("negative_slope={}", float(this.negative_slope));
    /// `ln(1 + e^(beta x)) / beta`, a smooth [`ReLU`](super::ReLU); `x` itself where `beta x` exceeds
    /// the threshold (PyTorch's `nn.Softplus`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Softplus::new().forward(&Tensor::from([-200.0, 30.0])), Tensor::from([0.0, 30.0]));
    /// ```
    Softplus {
        /// The larger, the sharper (1).
        beta = 1.0,
        /// Where it becomes the identity (20).
        threshold = 20.0,
    }
    |this, x| Ok(x.softplus(this.beta, this.threshold)),
    format!("beta={}, threshold={}", float(this.beta), float(this.threshold));
    /// `x` moved towards 0 by `lambd`, 0 within (PyTorch's `nn.Softshrink`).
    ///
    /// ```
    /// use d2l::prelude::*;
    /// assert_eq!(Softshrink::new().forward(&Tensor::from([0.5, 1.5])), Tensor::from([0.0, 1.0]));
    /// ```
    Softshrink {
        /// By how much (0.5), not negative.
        lambd = 0.5,
    }
    |this, x| x.try_softshrink(this.lambd), float(this.lambd);
}

/// `x` above the threshold, a constant elsewhere (PyTorch's `nn.Threshold`).
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(Threshold::new(0.1, 20).forward(&Tensor::from([0.1, 0.2])), Tensor::from([20.0, 0.2]));
/// ```
#[derive(Module, Debug)]
#[module(repr = Threshold::line)]
pub struct Threshold {
    threshold: f64,
    value: f64,
}

impl Threshold {
    /// The threshold, and what replaces elements up to it.
    pub fn new(threshold: impl Into<f64>, value: impl Into<f64>) -> Threshold {
        Threshold {
            threshold: threshold.into(),
            value: value.into(),
        }
    }

    fn line(&self) -> String {
        let Threshold { threshold, value } = self;
        format!("Threshold(threshold={threshold}, value={value})")
    }
}

forward! {
    /// [`Tensor::threshold`].
    Threshold, |this, x| Ok(x.threshold(this.threshold, this.value))
}

/// `x Φ(x)` with the normal distribution function `Φ` (PyTorch's `nn.GELU`, book 11.8).
///
/// ```
/// use d2l::prelude::*;
/// let x = Tensor::from([0.0, 100.0]);
/// assert_eq!(GELU::new().forward(&x), x);
/// assert_eq!(GELU::new().approximate("tanh").forward(&x), x);
/// ```
#[derive(Module, Debug, Default)]
#[module(repr = GELU::line)]
pub struct GELU {
    tanh: bool,
}

impl GELU {
    /// The exact function.
    pub fn new() -> GELU {
        GELU::default()
    }

    /// `"tanh"` for the approximation [`Tensor::gelu_tanh`], `"none"` for none.
    ///
    /// # Panics
    /// For another name.
    #[must_use]
    #[track_caller]
    pub fn approximate(mut self, name: &str) -> GELU {
        self.tanh = match name {
            "none" => false,
            "tanh" => true,
            _ => panic!("GELU: approximate {name:?} is neither \"none\" nor \"tanh\""),
        };
        self
    }

    fn line(&self) -> String {
        let name = if self.tanh { "tanh" } else { "none" };
        format!("GELU(approximate='{name}')")
    }
}

forward! {
    /// [`Tensor::gelu`] or [`Tensor::gelu_tanh`].
    GELU, |this, x| Ok(if this.tanh { x.gelu_tanh() } else { x.gelu() })
}

/// The first half along an axis times the sigmoid of the second (PyTorch's `nn.GLU`).
///
/// ```
/// use d2l::prelude::*;
/// let x = Tensor::from([4.0, 6.0, 0.0, 100.0]);
/// assert_eq!(GLU::new().forward(&x), Tensor::from([2.0, 6.0]));
/// ```
#[derive(Module, Debug)]
#[module(repr = GLU::line)]
pub struct GLU {
    dim: isize,
}

impl GLU {
    /// Along the last axis.
    pub fn new() -> GLU {
        GLU { dim: -1 }
    }

    /// The axis that is halved (-1).
    #[must_use]
    pub fn dim(mut self, dim: isize) -> GLU {
        self.dim = dim;
        self
    }

    fn line(&self) -> String {
        format!("GLU(dim={})", self.dim)
    }
}

impl Default for GLU {
    fn default() -> GLU {
        GLU::new()
    }
}

forward! {
    /// [`Tensor::glu`].
    ///
    /// # Panics
    /// If there is no such axis, or its size is odd.
    GLU, |this, x| x.try_glu(this.dim)
}

/// `x` above 0; below, `x` times a slope that is drawn for every element in training, uniform between
/// two limits, and their mean in evaluation (PyTorch's `nn.RReLU`).
///
/// ```
/// use d2l::prelude::*;
/// let layer = RReLU::new(); // between 1/8 and 1/3
/// let y = layer.forward(&Tensor::from([-24.0, 3.0]));
/// assert!((-8.0..=-3.0).contains(&y.i(0).item()) && y.i(1).item() == 3.0);
/// layer.eval();
/// assert!((layer.forward(&Tensor::from([-24.0])).item() + 5.5).abs() < 1e-5);
/// ```
#[derive(Module, Debug)]
#[module(repr = RReLU::line)]
pub struct RReLU {
    lower: f64,
    upper: f64,
    mode: Mode,
}

impl RReLU {
    /// Slopes from 1/8 to 1/3.
    pub fn new() -> RReLU {
        RReLU {
            lower: 1.0 / 8.0,
            upper: 1.0 / 3.0,
            mode: Mode::default(),
        }
    }

    /// The slopes' limits (1/8, 1/3).
    ///
    /// # Panics
    /// If the first is above the second.
    #[must_use]
    #[track_caller]
    pub fn range(mut self, lower: impl Into<f64>, upper: impl Into<f64>) -> RReLU {
        let (lower, upper) = (lower.into(), upper.into());
        assert!(
            lower <= upper,
            "RReLU: lower {lower} is above upper {upper}"
        );
        (self.lower, self.upper) = (lower, upper);
        self
    }

    fn slopes(&self, x: &Tensor) -> Result<Tensor, Error> {
        if !self.mode.is_training() {
            return Ok(x.leaky_relu((self.lower + self.upper) / 2.0));
        }
        if !x.dtype().is_float() {
            let why = format!("input of dtype {} has no slopes", x.dtype());
            return Err(Error::new("rrelu", ErrorKind::DType, why));
        }
        let slopes = x.rand_like() * (self.upper - self.lower) + self.lower;
        Ok(Tensor::where_(&x.le(0.0), x * slopes, x))
    }

    fn line(&self) -> String {
        format!(
            "RReLU(lower={}, upper={})",
            float(self.lower),
            float(self.upper)
        )
    }
}

impl Default for RReLU {
    fn default() -> RReLU {
        RReLU::new()
    }
}

forward! {
    /// `x` with slopes below 0.
    ///
    /// # Panics
    /// In training, if `x` holds integers.
    RReLU, |this, x| this.slopes(x)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn layers_are_printed_as_in_pytorch() {
        let line = |m: &dyn Module| m.leaf_repr().unwrap();
        assert_eq!(line(&ELU::new()), "ELU(alpha=1.0)");
        assert_eq!(line(&Hardshrink::new()), "Hardshrink(0.5)");
        assert_eq!(
            line(&Hardtanh::new()),
            "Hardtanh(min_val=-1.0, max_val=1.0)"
        );
        assert_eq!(line(&Softplus::new()), "Softplus(beta=1.0, threshold=20.0)");
        assert_eq!(line(&GELU::new()), "GELU(approximate='none')");
        assert_eq!(line(&GLU::new().dim(1)), "GLU(dim=1)");
        assert_eq!(
            line(&RReLU::new()),
            "RReLU(lower=0.125, upper=0.3333333333333333)"
        );
        assert_eq!(
            line(&Threshold::new(0.1, 20)),
            "Threshold(threshold=0.1, value=20)"
        );
    }

    #[test]
    #[should_panic(expected = "hardtanh: min 2 is above max 1 (in 0, Hardtanh)")]
    fn limits_are_in_order() {
        let _ = sequential![Hardtanh::new().min_val(2)].forward(&Tensor::ones([1]));
    }

    #[test]
    #[should_panic(expected = "glu: axis -1 of [3] has the odd size 3 (in 0, GLU)")]
    fn halves_are_of_one_size() {
        let _ = sequential![GLU::new()].forward(&Tensor::ones([3]));
    }

    #[test]
    fn random_slopes_have_gradients() {
        manual_seed(2);
        let x = Tensor::from([-1.0, 2.0]).requires_grad_(true);
        let y = RReLU::new().range(0.1, 0.2).forward(&x);
        y.sum().backward();
        let g = x.grad().unwrap();
        assert_eq!((-y.i(0).item(), 1.0), (g.i(0).item(), g.i(1).item()));
    }
}
