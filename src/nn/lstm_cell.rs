//! One step of long short-term memory.
use super::{
    Bias, RecurrentWeights,
    recurrent::{Step, Weights, cell, one_step},
};
use crate::{Module, module::Param};
use d2l_core::Tensor;

cell! {
    /// One step of an [`LSTM`](super::LSTM) (PyTorch's `nn.LSTMCell`, book 10.1).
    ///
    /// Shapes: `x [n, input_size]`, `h` and `c [n, hidden_size]` to new `h` and `c`; all without `n` for
    /// a single example.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let cell = LSTMCell::new(3, 4);
    /// let (h, c) = cell.forward(&Tensor::ones([2, 3]), None);
    /// let (h, c) = cell.forward(&Tensor::ones([2, 3]), Some((&h, &c)));
    /// assert_eq!((h.shape(), c.shape()), (&[2, 4][..], &[2, 4][..]));
    /// ```
    LSTMCell, Step::Lstm
}

impl LSTMCell {
    fn line(&self) -> String {
        format!("LSTMCell({})", self.sizes())
    }
}

forward_with! {
    /// The states `(h, c)` after a step, from those given, or from zeros.
    ///
    /// # Panics
    /// If the shape or dtype of `x`, `h` or `c` does not fit.
    LSTMCell, |this, x, state: Option<(&'a Tensor, &'a Tensor)>| -> (Tensor, Tensor), |y| &y.0,
    {
        let (h, c) = state.unzip();
        one_step(Step::Lstm, &this.weights(), x, h, c)
            .map(|state| (state.h, state.c.expect("an LSTM has a memory")))
    }
}
