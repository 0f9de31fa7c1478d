//! How many numbers go into an output, and how many outputs an input goes into.
use d2l_core::Tensor;

/// Which of the two an initialiser keeps in balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fan {
    /// The inputs of an output: the variance is kept in the forward pass. PyTorch's `fan_in`.
    In,
    /// The outputs of an input: the variance is kept in the backward pass. PyTorch's `fan_out`.
    Out,
}

/// `(fan_in, fan_out)` of a weight `[out, in, ..]`: the second and the first size, each times the
/// number of places of a kernel.
///
/// ```
/// use d2l::{init::calculate_fan_in_and_fan_out, prelude::*};
/// assert_eq!(calculate_fan_in_and_fan_out(&Tensor::zeros([30, 20])), (20, 30));
/// assert_eq!(calculate_fan_in_and_fan_out(&Tensor::zeros([16, 8, 3, 3])), (72, 144));
/// ```
///
/// # Panics
/// If the weight has fewer than two axes.
#[track_caller]
pub fn calculate_fan_in_and_fan_out(t: &Tensor) -> (usize, usize) {
    fans("calculate_fan_in_and_fan_out", t)
}

/// The same for the initialiser called `name`.
#[track_caller]
pub(super) fn fans(name: &str, t: &Tensor) -> (usize, usize) {
    let shape = t.shape();
    let [outputs, inputs, kernel @ ..] = shape else {
        panic!(
            "{name}: a tensor of shape {shape:?} has no inputs and outputs to count: at least two axes are needed"
        )
    };
    let places: usize = kernel.iter().product();
    (inputs * places, outputs * places)
}
