//! Kaiming He's distributions.
use super::{Fan, Initializer, Nonlinearity, Param, calculate_gain, fan::fans};
use d2l_core::Tensor;

/// Uniform in ±gain √(3 / fan) (PyTorch's `init.kaiming_uniform_`): the variance of outputs (or of
/// gradients, by [`mode`](KaimingUniform::mode)) stays as it is through what follows. He et al.,
/// 2015.
///
/// Shapes: `[out, in, ..]`, at least two axes; see
/// [`calculate_fan_in_and_fan_out`](super::calculate_fan_in_and_fan_out).
///
/// ```
/// use d2l::{init::{Fan, KaimingUniform, Nonlinearity}, prelude::*};
/// let w = Param::new(Tensor::zeros([24, 50]));
/// w.init(KaimingUniform::new().mode(Fan::Out).nonlinearity(Nonlinearity::ReLU));
/// assert!(w.abs().le(0.5).all()); // √(6 / 24)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KaimingUniform(Kaiming);

/// Normal with standard deviation gain / √fan (PyTorch's `init.kaiming_normal_`). Options and shapes
/// are those of [`KaimingUniform`].
///
/// ```
/// use d2l::{init::KaimingNormal, prelude::*};
/// let w = Param::new(Tensor::zeros([100, 200]));
/// w.init(KaimingNormal::new());
/// assert!((w.std().item() - 0.1).abs() < 0.01); // √(2 / 200)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KaimingNormal(Kaiming);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Kaiming {
    mode: Fan,
    nonlinearity: Nonlinearity,
}

impl Kaiming {
    const NEW: Kaiming = Kaiming {
        mode: Fan::In,
        nonlinearity: Nonlinearity::LeakyReLU(0.0),
    };

    /// The standard deviation; nothing is drawn for an empty tensor, so that it may be anything then.
    #[track_caller]
    fn std(&self, name: &str, t: &Tensor) -> f64 {
        let (inputs, outputs) = fans(name, t);
        let fan = match self.mode {
            Fan::In => inputs,
            Fan::Out => outputs,
        };
        calculate_gain(self.nonlinearity) / (fan.max(1) as f64).sqrt()
    }
}

macro_rules! kaiming {
    ($name:ident) => {
        impl $name {
            /// For the inputs, before a ReLU (a leaky one of slope 0, as PyTorch has it).
            pub fn new() -> $name {
                $name(Kaiming::NEW)
            }

            /// The side that is kept in balance ([`Fan::In`]).
            #[must_use]
            pub fn mode(mut self, mode: Fan) -> $name {
                self.0.mode = mode;
                self
            }

            /// What follows the layer.
            #[must_use]
            pub fn nonlinearity(mut self, nonlinearity: Nonlinearity) -> $name {
                self.0.nonlinearity = nonlinearity;
                self
            }

            /// PyTorch's short form for `nonlinearity(Nonlinearity::LeakyReLU(slope))`.
            #[must_use]
            pub fn a(self, slope: impl Into<f64>) -> $name {
                self.nonlinearity(Nonlinearity::LeakyReLU(slope.into()))
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new()
            }
        }
    };
}

kaiming!(KaimingUniform);
kaiming!(KaimingNormal);

impl Initializer for KaimingUniform {
    /// # Panics
    /// If the tensor has fewer than two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        let bound = 3f64.sqrt() * self.0.std("kaiming_uniform_", t);
        t.uniform_(-bound, bound);
    }
}

impl Initializer for KaimingNormal {
    /// # Panics
    /// If the tensor has fewer than two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.normal_(0.0, self.0.std("kaiming_normal_", t));
    }
}

/// [`KaimingUniform`]`::new()` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([9, 6]));
/// assert!(init::kaiming_uniform_(&w).abs().le(1).all()); // √(6 / 6)
/// ```
///
/// # Panics
/// If `p` has fewer than two axes.
#[track_caller]
pub fn kaiming_uniform_(p: &Param) -> &Param {
    p.init(KaimingUniform::new())
}

/// [`KaimingNormal`]`::new()` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([3, 3]));
/// assert!(init::kaiming_normal_(&w).ne(0).all());
/// ```
///
/// # Panics
/// If `p` has fewer than two axes.
#[track_caller]
pub fn kaiming_normal_(p: &Param) -> &Param {
    p.init(KaimingNormal::new())
}
