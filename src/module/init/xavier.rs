//! Xavier Glorot's distributions.
use super::{Initializer, Param, fan::fans};
use d2l_core::Tensor;

/// Uniform in ±gain √(6 / (fan_in + fan_out)) (PyTorch's `init.xavier_uniform_`, book 5.4): the
/// variances of outputs and of gradients both stay about as they are. Glorot and Bengio, 2010.
///
/// Shapes: `[out, in, ..]`, at least two axes; see
/// [`calculate_fan_in_and_fan_out`](super::calculate_fan_in_and_fan_out).
///
/// ```
/// use d2l::{init::XavierUniform, prelude::*};
/// let layer = LazyLinear::new(200).kernel_initializer(XavierUniform::new());
/// layer.forward(&Tensor::ones([1, 300]));
/// let largest = layer.weight.abs().max().item();
/// assert!(0.1095 < largest && largest < 0.10955); // √(6 / 500)
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct XavierUniform {
    gain: f64,
}

/// Normal with standard deviation gain √(2 / (fan_in + fan_out)) (PyTorch's `init.xavier_normal_`,
/// book 5.4). Shapes are those of [`XavierUniform`].
///
/// ```
/// use d2l::{init::XavierNormal, prelude::*};
/// let w = Param::new(Tensor::zeros([100, 100]));
/// w.init(XavierNormal::new().gain(2.0));
/// assert!((w.std().item() - 0.2).abs() < 0.01);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct XavierNormal {
    gain: f64,
}

macro_rules! xavier {
    ($name:ident) => {
        impl $name {
            /// With a gain of 1.
            pub fn new() -> $name {
                $name { gain: 1.0 }
            }

            /// The factor for what follows (1); see [`calculate_gain`](super::calculate_gain).
            ///
            /// # Panics
            /// If it is negative or NaN.
            #[must_use]
            #[track_caller]
            pub fn gain(mut self, gain: impl Into<f64>) -> $name {
                self.gain = gain.into();
                assert!(
                    self.gain >= 0.0,
                    "xavier: the gain {} is negative or NaN",
                    self.gain
                );
                self
            }
        }

        impl Default for $name {
            fn default() -> $name {
                $name::new()
            }
        }
    };
}

xavier!(XavierUniform);
xavier!(XavierNormal);

/// The standard deviation; nothing is drawn for an empty tensor, so that it may be anything then.
#[track_caller]
fn std(name: &str, t: &Tensor, gain: f64) -> f64 {
    let (inputs, outputs) = fans(name, t);
    gain * (2.0 / (inputs + outputs).max(1) as f64).sqrt()
}

impl Initializer for XavierUniform {
    /// # Panics
    /// If the tensor has fewer than two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        let bound = 3f64.sqrt() * std("xavier_uniform_", t, self.gain);
        t.uniform_(-bound, bound);
    }
}

impl Initializer for XavierNormal {
    /// # Panics
    /// If the tensor has fewer than two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        t.normal_(0.0, std("xavier_normal_", t, self.gain));
    }
}

/// [`XavierUniform`]`::new()` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::lazy();
/// init::xavier_uniform_(&w);
/// w.materialize([3, 3], Zeros);
/// assert!(w.ne(0).any() && w.abs().le(1).all());
/// ```
///
/// # Panics
/// If `p` has fewer than two axes.
#[track_caller]
pub fn xavier_uniform_(p: &Param) -> &Param {
    p.init(XavierUniform::new())
}

/// [`XavierNormal`]`::new()` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([3, 3]));
/// assert!(init::xavier_normal_(&w).ne(0).all());
/// ```
///
/// # Panics
/// If `p` has fewer than two axes.
#[track_caller]
pub fn xavier_normal_(p: &Param) -> &Param {
    p.init(XavierNormal::new())
}
