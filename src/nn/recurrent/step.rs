//! The formulas of one step: all that tells the recurrent layers apart.
use super::Weights;
use d2l_core::{Error, Tensor};

/// What a step computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::nn) enum Step {
    /// `tanh` of the sum of both products.
    Tanh,
    /// Its positive part.
    ReLU,
    /// Long short-term memory.
    Lstm,
    /// Gated recurrent units.
    Gru,
}

/// What one step hands to the next.
#[derive(Clone, Debug)]
pub(in crate::nn) struct State {
    /// The hidden state, which is also the output, `[n, size]`.
    pub(in crate::nn) h: Tensor,
    /// The memory of an LSTM.
    pub(in crate::nn) c: Option<Tensor>,
}

impl Step {
    /// The name in messages.
    pub(in crate::nn) fn name(self) -> &'static str {
        match self {
            Step::Tanh | Step::ReLU => "rnn",
            Step::Lstm => "lstm",
            Step::Gru => "gru",
        }
    }

    /// Rows of the weights for each hidden unit.
    pub(in crate::nn) fn gates(self) -> usize {
        match self {
            Step::Tanh | Step::ReLU => 1,
            Step::Gru => 3,
            Step::Lstm => 4,
        }
    }

    /// The input's part of the gates, for any number of steps at once: `[.., in]` to
    /// `[.., gates · hidden]`.
    pub(in crate::nn) fn of_input(self, x: &Tensor, w: &Weights<'_>) -> Result<Tensor, Error> {
        match (w.bias_ih, w.bias_hh) {
            // The reset gate scales the hidden part's bias, so it stays apart.
            (Some(b), Some(hidden)) if self != Step::Gru => {
                x.try_linear(w.weight_ih, Some(&(b + hidden)))
            }
            (b, _) => x.try_linear(w.weight_ih, b),
        }
    }

    /// The state after a step, from the input's part of the gates and the state before.
    pub(in crate::nn) fn next(self, x: &Tensor, before: &State, w: &Weights<'_>) -> State {
        let bias = w.bias_hh.filter(|_| self == Step::Gru);
        let hidden = before.h.linear(w.weight_hh, bias);
        match self {
            Step::Tanh => State::of((x + hidden).tanh()),
            Step::ReLU => State::of((x + hidden).relu()),
            Step::Gru => State::of(x.gru_gates(&hidden, &before.h)),
            Step::Lstm => {
                let c = before.c.as_ref().expect("an LSTM has a memory");
                let (h, c) = (x + hidden).lstm_gates(c);
                let h = w.weight_hr.map_or(h.clone(), |w| h.linear(w, None));
                State { h, c: Some(c) }
            }
        }
    }
}

impl State {
    /// A state without a memory.
    fn of(h: Tensor) -> State {
        State { h, c: None }
    }

    /// `next` where `valid [n, 1]`, this one elsewhere.
    pub(super) fn until(&self, next: State, valid: &Tensor) -> State {
        let choose = |new: &Tensor, old: &Tensor| Tensor::where_(valid, new, old);
        State {
            h: choose(&next.h, &self.h),
            c: next
                .c
                .zip(self.c.as_ref())
                .map(|(new, old)| choose(&new, old)),
        }
    }
}
