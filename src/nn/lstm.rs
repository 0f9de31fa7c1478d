//! Long short-term memory.
use super::{
    RecurrentWeights,
    recurrent::{Stack, State, Step, recurrent_options},
};
use crate::Module;
use d2l_core::Tensor;

/// Long short-term memory (PyTorch's `nn.LSTM`, book 10.1): for every time `t` of a sequence, with the
/// gates `i f g o` of `W_ih x_t + b_ih + W_hh h_{t-1} + b_hh` in this order,
/// `c_t = σ(f) c_{t-1} + σ(i) tanh(g)` and `h_t = σ(o) tanh(c_t)`.
///
/// Shapes: `x [time, n, input_size]` (`[n, time, input_size]` with `batch_first`; `[time, input_size]`
/// for a single sequence) to outputs `[time, n, directions · hidden_size]` and the last states `(h, c)`,
/// each `[num_layers · directions, n, hidden_size]`, from states of that shape, or from zeros.
/// Parameters: `weight_ih_l0 [4 · hidden_size, input_size]`, `weight_hh_l0 [4 · hidden_size,
/// hidden_size]`, `bias_ih_l0` and `bias_hh_l0 [4 · hidden_size]`, `.._l1` for the second layer,
/// `.._reverse` for the other direction; all start uniform in ±1/√hidden_size. With
/// [`LSTM::proj_size`] there is `weight_hr_l0 [proj_size, hidden_size]`, too, and `h` has `proj_size`
/// features.
///
/// ```
/// use d2l::prelude::*;
/// let lstm = LSTM::new(3, 4).bidirectional(true).batch_first(true);
/// let (out, (h, c)) = lstm.forward(&Tensor::ones([2, 5, 3]), None);
/// assert_eq!((out.shape(), c.shape()), (&[2, 5, 8][..], &[2, 2, 4][..]));
/// let (_, (h, _)) = lstm.forward(&Tensor::ones([2, 1, 3]), Some((&h, &c)));
/// assert_eq!(h.shape(), [2, 2, 4]);
/// ```
#[derive(Module, Debug)]
#[module(repr = LSTM::line)]
pub struct LSTM {
    stack: Stack,
}

impl LSTM {
    /// One layer from `input_size` features to a state of `hidden_size`, with biases.
    ///
    /// # Panics
    /// If a size is 0.
    #[track_caller]
    pub fn new(input_size: usize, hidden_size: usize) -> LSTM {
        LSTM {
            stack: Stack::new(Step::Lstm, input_size, hidden_size),
        }
    }

    /// The hidden state is projected to so many features by one more weight; 0 for none (none). The
    /// parameters are drawn anew.
    ///
    /// # Panics
    /// If it is not below `hidden_size`.
    #[must_use]
    #[track_caller]
    pub fn proj_size(self, n: usize) -> LSTM {
        LSTM {
            stack: self.stack.with(|s| s.proj_size = n),
        }
    }

    /// [`LSTM::forward`] of sequences of these lengths, `I64 [n]`, what follows their ends being
    /// padding: it is not read, outputs there are 0, and the last states are those at the ends
    /// (PyTorch's packed sequences). The length 0 leaves the states as they were.
    ///
    /// # Panics
    /// As `forward`; if a length is negative or above the number of steps.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let lstm = LSTM::new(1, 1).bidirectional(true);
    /// let x = Tensor::ones([3, 2, 1]);
    /// let (out, (h, _)) = lstm.forward_lengths(&x, &Tensor::from([3, 1]), None);
    /// assert_eq!(out.i((1.., 1)), Tensor::zeros([2, 2]));
    /// assert_eq!(h.i((.., 1, 0)), out.i((0, 1)));
    /// ```
    #[track_caller]
    pub fn forward_lengths(
        &self,
        x: &Tensor,
        lengths: &Tensor,
        state: Option<(&Tensor, &Tensor)>,
    ) -> (Tensor, (Tensor, Tensor)) {
        let state = state.map(|(h, c)| (h, Some(c)));
        match self.stack.run(x, state, Some(lengths)) {
            Ok(result) => unpacked(result),
            Err(e) => crate::module::fail(self, e),
        }
    }
}

fn unpacked((out, state): (Tensor, State)) -> (Tensor, (Tensor, Tensor)) {
    (out, (state.h, state.c.expect("an LSTM has a memory")))
}

recurrent_options!(LSTM);

forward_with! {
    /// The outputs of the last layer at all times, and the last states `(h, c)` of every layer and
    /// direction.
    ///
    /// # Panics
    /// If the shape or dtype of `x`, `h` or `c` does not fit.
    LSTM, |this, x, state: Option<(&'a Tensor, &'a Tensor)>| -> (Tensor, (Tensor, Tensor)), |y| &y.0,
    this.stack
        .run(x, state.map(|(h, c)| (h, Some(c))), None)
        .map(unpacked)
}
