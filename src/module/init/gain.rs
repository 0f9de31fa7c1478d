//! By how much an activation shrinks its input.

/// What follows a layer, for [`calculate_gain`] and the Kaiming initialisers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Nonlinearity {
    /// Nothing: another linear layer or a convolution.
    Linear,
    /// `1 / (1 + exp(-x))`.
    Sigmoid,
    /// The hyperbolic tangent.
    Tanh,
    /// `max(x, 0)`.
    ReLU,
    /// `x`, or this times `x` where that is negative; PyTorch's slope is 0.01 unless told.
    LeakyReLU(f64),
    /// The self-normalising exponential unit.
    SELU,
}

/// The factor by which a weight must be larger for what follows it (PyTorch's
/// `init.calculate_gain`): 1 for nothing and the sigmoid, 5/3 for the hyperbolic tangent, √2 for
/// ReLU, √(2 / (1 + slope²)) for its leaky form, 3/4 for SELU.
///
/// ```
/// use d2l::init::{Nonlinearity, XavierUniform, calculate_gain};
/// let gain = calculate_gain(Nonlinearity::Tanh);
/// assert_eq!(gain, 5.0 / 3.0);
/// assert_eq!(calculate_gain(Nonlinearity::LeakyReLU(1.0)), 1.0);
/// let start = XavierUniform::new().gain(gain);
/// # let _ = start;
/// ```
pub fn calculate_gain(nonlinearity: Nonlinearity) -> f64 {
    match nonlinearity {
        Nonlinearity::Linear | Nonlinearity::Sigmoid => 1.0,
        Nonlinearity::Tanh => 5.0 / 3.0,
        Nonlinearity::ReLU => 2f64.sqrt(),
        Nonlinearity::LeakyReLU(slope) => (2.0 / (1.0 + slope * slope)).sqrt(),
        Nonlinearity::SELU => 0.75,
    }
}
