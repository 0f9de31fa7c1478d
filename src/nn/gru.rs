//! Gated recurrent units.
use super::{
    RecurrentWeights,
    recurrent::{Stack, Step, recurrent_options},
};
use crate::Module;
use d2l_core::Tensor;

/// Gated recurrent units (PyTorch's `nn.GRU`, book 10.2): for every time `t` of a sequence, with the
/// gates `r z n` of `W_ih x_t + b_ih` and of `W_hh h_{t-1} + b_hh` in this order,
/// `n = tanh(x_n + σ(x_r + h_r) h_n)` and `h_t = n + σ(x_z + h_z) (h_{t-1} - n)`.
///
/// The reset gate `r` is applied after the product, as in PyTorch; the book applies it before.
///
/// Shapes: `x [time, n, input_size]` (`[n, time, input_size]` with `batch_first`; `[time, input_size]`
/// for a single sequence) to outputs `[time, n, directions · hidden_size]` and the last states
/// `[num_layers · directions, n, hidden_size]`, from states of that shape, or from zeros. Parameters:
/// `weight_ih_l0 [3 · hidden_size, input_size]`, `weight_hh_l0 [3 · hidden_size, hidden_size]`,
/// `bias_ih_l0` and `bias_hh_l0 [3 · hidden_size]`, `.._l1` for the second layer, `.._reverse` for the
/// other direction; all start uniform in ±1/√hidden_size.
///
/// ```
/// use d2l::prelude::*;
/// let gru = GRU::new(3, 4).num_layers(2).dropout(0.1);
/// let (out, h) = gru.forward(&Tensor::ones([5, 2, 3]), None);
/// assert_eq!((out.shape(), h.shape()), (&[5, 2, 4][..], &[2, 2, 4][..]));
/// assert_eq!(gru.repr().to_string(), "GRU(3, 4, num_layers=2, dropout=0.1)");
/// ```
#[derive(Module, Debug)]
#[module(repr = GRU::line)]
pub struct GRU {
    stack: Stack,
}

impl GRU {
    /// One layer from `input_size` features to a state of `hidden_size`, with biases.
    ///
    /// # Panics
    /// If a size is 0.
    #[track_caller]
    pub fn new(input_size: usize, hidden_size: usize) -> GRU {
        GRU {
            stack: Stack::new(Step::Gru, input_size, hidden_size),
        }
    }

    /// [`GRU::forward`] of sequences of these lengths, `I64 [n]`, what follows their ends being
    /// padding: it is not read, outputs there are 0, and the last states are those at the ends
    /// (PyTorch's packed sequences). The length 0 leaves the state as it was.
    ///
    /// # Panics
    /// As `forward`; if a length is negative or above the number of steps.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let gru = GRU::new(1, 1).batch_first(true);
    /// let x = Tensor::ones([2, 3, 1]);
    /// let (out, h) = gru.forward_lengths(&x, &Tensor::from([3, 1]), None);
    /// assert_eq!(out.i((1, 1..)), Tensor::zeros([2, 1]));
    /// assert_eq!(h.i((0, 1)), out.i((1, 0)));
    /// ```
    #[track_caller]
    pub fn forward_lengths(
        &self,
        x: &Tensor,
        lengths: &Tensor,
        h: Option<&Tensor>,
    ) -> (Tensor, Tensor) {
        match self.stack.run(x, h.map(|h| (h, None)), Some(lengths)) {
            Ok((out, state)) => (out, state.h),
            Err(e) => crate::module::fail(self, e),
        }
    }
}

recurrent_options!(GRU);

forward_with! {
    /// The outputs of the last layer at all times, and the last state of every layer and direction.
    ///
    /// # Panics
    /// If the shape or dtype of `x` or `h` does not fit.
    GRU, |this, x, h: Option<&'a Tensor>| -> (Tensor, Tensor), |y| &y.0,
    this.stack
        .run(x, h.map(|h| (h, None)), None)
        .map(|(out, state)| (out, state.h))
}
