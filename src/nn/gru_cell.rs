//! One step of gated recurrent units.
use super::{
    Bias, RecurrentWeights,
    recurrent::{Step, Weights, cell, one_step},
};
use crate::{Module, module::Param};
use d2l_core::Tensor;

cell! {
    /// One step of a [`GRU`](super::GRU) (PyTorch's `nn.GRUCell`, book 10.2).
    ///
    /// Shapes: `x [n, input_size]` and `h [n, hidden_size]` to `[n, hidden_size]`; all without `n` for
    /// a single example.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let cell = GRUCell::new(3, 4);
    /// let h = cell.forward(&Tensor::ones([3]), None);
    /// assert_eq!(cell.forward(&Tensor::ones([3]), Some(&h)).shape(), [4]);
    /// ```
    GRUCell, Step::Gru
}

impl GRUCell {
    fn line(&self) -> String {
        format!("GRUCell({})", self.sizes())
    }
}

forward_with! {
    /// The state after a step, from `h`, or from zeros.
    ///
    /// # Panics
    /// If the shape or dtype of `x` or `h` does not fit.
    GRUCell, |this, x, h: Option<&'a Tensor>| -> Tensor, |y| y,
    one_step(Step::Gru, &this.weights(), x, h, None).map(|state| state.h)
}
