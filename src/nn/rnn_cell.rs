//! One step of the plain recurrent layer.
use super::{
    Bias, Nonlinearity, RecurrentWeights,
    recurrent::{Step, Weights, cell, one_step},
};
use crate::{Module, module::Param};
use d2l_core::Tensor;

cell! {
    /// One step `h' = tanh(W_ih x + b_ih + W_hh h + b_hh)` (PyTorch's `nn.RNNCell`, book 9.4).
    ///
    /// Shapes: `x [n, input_size]` and `h [n, hidden_size]` to `[n, hidden_size]`; all without `n` for
    /// a single example.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let cell = RNNCell::new(3, 4).nonlinearity(Nonlinearity::ReLU);
    /// let h = cell.forward(&Tensor::ones([2, 3]), None);
    /// assert_eq!(cell.forward(&Tensor::ones([2, 3]), Some(&h)).shape(), [2, 4]);
    /// assert_eq!(cell.repr().to_string(), "RNNCell(3, 4, nonlinearity=relu)");
    /// ```
    RNNCell, Step::Tanh, nonlinearity: Nonlinearity = Nonlinearity::Tanh
}

impl RNNCell {
    /// What is made of the sum of both products (the hyperbolic tangent).
    #[must_use]
    pub fn nonlinearity(self, f: Nonlinearity) -> RNNCell {
        RNNCell {
            nonlinearity: f,
            ..self
        }
    }

    fn line(&self) -> String {
        let f = match self.nonlinearity {
            Nonlinearity::Tanh => "",
            Nonlinearity::ReLU => ", nonlinearity=relu",
        };
        format!("RNNCell({}{f})", self.sizes())
    }
}

forward_with! {
    /// The state after a step, from `h`, or from zeros.
    ///
    /// # Panics
    /// If the shape or dtype of `x` or `h` does not fit.
    RNNCell, |this, x, h: Option<&'a Tensor>| -> Tensor, |y| y,
    one_step(this.nonlinearity.into(), &this.weights(), x, h, None).map(|state| state.h)
}
