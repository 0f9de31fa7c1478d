//! What RNNCell, LSTMCell and GRUCell share: their parameters, options and checks.
use super::{State, Step, Weights};
use d2l_core::{DType, Error, ErrorKind, Tensor};

/// Refuses a state of another shape or dtype.
pub(in crate::nn) fn check_state(
    step: Step,
    name: &str,
    t: &Tensor,
    shape: &[usize],
    dtype: DType,
) -> Result<(), Error> {
    if t.shape() != shape || t.dtype() != dtype {
        let why = format!(
            "{name} is {} {:?}, expected {dtype} {shape:?}",
            t.dtype(),
            t.shape()
        );
        return Err(Error::new(step.name(), ErrorKind::Shape, why));
    }
    Ok(())
}

/// One step of `x [n, in]` or `[in]`; zeros where no state is given.
pub(in crate::nn) fn one_step(
    step: Step,
    w: &Weights<'_>,
    x: &Tensor,
    h: Option<&Tensor>,
    c: Option<&Tensor>,
) -> Result<State, Error> {
    let [input, hidden] = [w.weight_ih.shape()[1], w.weight_hh.shape()[1]];
    if !(1..=2).contains(&x.dim()) || x.size(-1) != input {
        let why = format!("the input {:?} is not [n, {input}] or [{input}]", x.shape());
        return Err(Error::new(step.name(), ErrorKind::Shape, why));
    }
    let mut shape = x.shape().to_vec();
    *shape.last_mut().expect("one axis or two") = hidden;
    let state = |name, given: Option<&Tensor>| match given {
        None => Ok(Tensor::zeros(&shape).to_dtype(x.dtype())),
        Some(t) => check_state(step, name, t, &shape, x.dtype()).map(|()| t.clone()),
    };
    let before = State {
        h: state("h", h)?,
        c: match step {
            Step::Lstm => Some(state("c", c)?),
            _ => None,
        },
    };
    Ok(step.next(&step.of_input(x, w)?, &before, w))
}

/// A cell: the record, `new`, `bias` and how it is printed.
macro_rules! cell {
    ($(#[$doc:meta])* $cell:ident, $first:expr $(, $(#[$field_doc:meta])* $field:ident: $ty:ty = $default:expr)?) => {
        $(#[$doc])*
        #[derive(Module, Debug)]
        #[module(repr = $cell::line)]
        pub struct $cell {
            /// `[gates · hidden_size, input_size]`.
            pub weight_ih: Param,
            /// `[gates · hidden_size, hidden_size]`.
            pub weight_hh: Param,
            /// `[gates · hidden_size]`, unless made with `bias(false)`.
            pub bias_ih: Bias,
            /// `[gates · hidden_size]`, unless made with `bias(false)`.
            pub bias_hh: Bias,
            $(#[module(skip)] $(#[$field_doc])* $field: $ty,)?
        }

        impl $cell {
            /// A cell from `input_size` features to a state of `hidden_size`, with biases. All
            /// parameters start uniform in ±1/√hidden_size.
            ///
            /// # Panics
            /// If a size is 0.
            #[track_caller]
            pub fn new(input_size: usize, hidden_size: usize) -> $cell {
                $cell::with_bias(input_size, hidden_size, true)
            }

            #[track_caller]
            fn with_bias(input_size: usize, hidden_size: usize, bias: bool) -> $cell {
                let step: Step = $first;
                for (what, n) in [("input_size", input_size), ("hidden_size", hidden_size)] {
                    assert!(n > 0, "{}: {what} must be at least 1, not 0", step.name());
                }
                let w = RecurrentWeights::new(step.gates(), input_size, hidden_size, 0, bias);
                $cell {
                    weight_ih: w.weight_ih,
                    weight_hh: w.weight_hh,
                    bias_ih: w.bias_ih,
                    bias_hh: w.bias_hh,
                    $($field: $default,)?
                }
            }

            /// With or without biases (with). The parameters are drawn anew.
            #[must_use]
            pub fn bias(self, on: bool) -> $cell {
                let [input, hidden] = [self.weight_ih.shape()[1], self.weight_hh.shape()[1]];
                $cell {
                    $($field: self.$field,)?
                    ..$cell::with_bias(input, hidden, on)
                }
            }

            fn weights(&self) -> Weights<'_> {
                Weights {
                    weight_ih: &self.weight_ih,
                    weight_hh: &self.weight_hh,
                    bias_ih: self.bias_ih.get().map(|p| &**p),
                    bias_hh: self.bias_hh.get().map(|p| &**p),
                    weight_hr: None,
                }
            }

            fn sizes(&self) -> String {
                let [input, hidden] = [self.weight_ih.shape()[1], self.weight_hh.shape()[1]];
                let bias = if self.bias_ih.get().is_some() { "" } else { ", bias=False" };
                format!("{input}, {hidden}{bias}")
            }
        }
    };
}
pub(in crate::nn) use cell;
