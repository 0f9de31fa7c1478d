//! What RNN, LSTM and GRU share: parameters by layer and direction, and the walk over time.
mod cell;
mod step;
#[cfg(test)]
mod tests;
mod weights;

use cell::check_state;
pub(super) use cell::{cell, one_step};
pub(super) use step::{State, Step};
pub use weights::RecurrentWeights;
pub(super) use weights::Weights;

use crate::module::{Cloneable, Copier, Field, Mode, Visitor};
use d2l_core::{DType, Error, ErrorKind, Tensor, cat, stack};

/// The sizes and options of a recurrent layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Settings {
    pub(super) step: Step,
    pub(super) input_size: usize,
    pub(super) hidden_size: usize,
    pub(super) num_layers: usize,
    pub(super) bias: bool,
    pub(super) batch_first: bool,
    pub(super) dropout: f64,
    pub(super) bidirectional: bool,
    /// 0: no projections.
    pub(super) proj_size: usize,
}

impl Settings {
    fn directions(&self) -> usize {
        1 + usize::from(self.bidirectional)
    }

    /// The features of the hidden state.
    fn state_size(&self) -> usize {
        if self.proj_size > 0 {
            self.proj_size
        } else {
            self.hidden_size
        }
    }

    /// PyTorch's line: sizes, and whatever is not the default.
    pub(super) fn line(&self, name: &str) -> String {
        let flag = |on: bool| if on { "True" } else { "False" };
        let mut line = format!("{name}({}, {}", self.input_size, self.hidden_size);
        let mut add = |shown: bool, text: String| {
            if shown {
                line.push_str(", ");
                line.push_str(&text);
            }
        };
        add(self.proj_size > 0, format!("proj_size={}", self.proj_size));
        add(
            self.num_layers != 1,
            format!("num_layers={}", self.num_layers),
        );
        add(!self.bias, "bias=False".to_string());
        add(self.batch_first, format!("batch_first={}", flag(true)));
        add(self.dropout != 0.0, format!("dropout={:?}", self.dropout));
        add(self.bidirectional, format!("bidirectional={}", flag(true)));
        line + ")"
    }

    #[track_caller]
    fn check(&self) {
        let name = self.step.name();
        let sizes = [
            ("input_size", self.input_size),
            ("hidden_size", self.hidden_size),
            ("num_layers", self.num_layers),
        ];
        for (what, n) in sizes {
            assert!(n > 0, "{name}: {what} must be at least 1, not 0");
        }
        assert!(
            (0.0..=1.0).contains(&self.dropout),
            "{name}: the probability {} of dropout is not between 0 and 1",
            self.dropout
        );
        assert!(
            self.proj_size < self.hidden_size,
            "{name}: proj_size {} must be smaller than hidden_size {}",
            self.proj_size,
            self.hidden_size
        );
    }
}

/// Layers of one kind, one above the other.
#[derive(Debug)]
pub(super) struct Stack {
    settings: Settings,
    /// Layer by layer, in each forwards and backwards.
    weights: Vec<RecurrentWeights>,
    mode: Mode,
}

impl Stack {
    #[track_caller]
    pub(super) fn new(step: Step, input_size: usize, hidden_size: usize) -> Stack {
        Stack::of(Settings {
            step,
            input_size,
            hidden_size,
            num_layers: 1,
            bias: true,
            batch_first: false,
            dropout: 0.0,
            bidirectional: false,
            proj_size: 0,
        })
    }

    #[track_caller]
    fn of(settings: Settings) -> Stack {
        settings.check();
        let s = &settings;
        let above = s.directions() * s.state_size();
        let weights = (0..s.num_layers * s.directions()).map(|i| {
            let input = if i < s.directions() {
                s.input_size
            } else {
                above
            };
            RecurrentWeights::new(s.step.gates(), input, s.hidden_size, s.proj_size, s.bias)
        });
        Stack {
            weights: weights.collect(),
            settings,
            mode: Mode::default(),
        }
    }

    /// With another setting, and new parameters if that changes their shapes.
    #[track_caller]
    pub(super) fn with(self, change: impl FnOnce(&mut Settings)) -> Stack {
        let shapes = |s: &Settings| (s.num_layers, s.bias, s.bidirectional, s.proj_size);
        let mut settings = self.settings;
        change(&mut settings);
        settings.check();
        if shapes(&settings) == shapes(&self.settings) {
            return Stack { settings, ..self };
        }
        Stack::of(settings)
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The parameters of a layer.
    ///
    /// # Panics
    /// If there is no such layer or direction.
    #[track_caller]
    pub(super) fn layer(&self, i: usize, reverse: bool) -> &RecurrentWeights {
        let s = &self.settings;
        assert!(
            i < s.num_layers && (s.bidirectional || !reverse),
            "{}: no layer {i}{} among {}",
            s.step.name(),
            if reverse { " backwards" } else { "" },
            s.line(s.step.name())
        );
        &self.weights[i * s.directions() + usize::from(reverse)]
    }

    /// The outputs of the last layer at all times, and the last states `[layers · directions, n, ..]`.
    pub(super) fn run(
        &self,
        x: &Tensor,
        start: Option<(&Tensor, Option<&Tensor>)>,
        lengths: Option<&Tensor>,
    ) -> Result<(Tensor, State), Error> {
        let single = self.check_input(x)?;
        let x = if single { x.unsqueeze(1) } else { x.clone() };
        let time = usize::from(self.settings.batch_first && !single);
        let walk = Walk {
            step: self.settings.step,
            time: time as isize,
            valid: self.valid(lengths, x.shape()[time], x.shape()[1 - time])?,
        };
        let start = self.start(start, x.shape()[1 - time], single, x.dtype())?;
        let (y, ends) = self.layers(&walk, x, &start)?;
        let all = |parts: Vec<&Tensor>| {
            let joined = stack(&parts, 0);
            if single { joined.squeeze(1) } else { joined }
        };
        let h = all(ends.iter().map(|s| &s.h).collect());
        let c = ends
            .iter()
            .map(|s| s.c.as_ref())
            .collect::<Option<_>>()
            .map(all);
        Ok((if single { y.squeeze(1) } else { y }, State { h, c }))
    }

    fn layers(&self, walk: &Walk, x: Tensor, start: &State) -> Result<(Tensor, Vec<State>), Error> {
        let directions = self.settings.directions();
        let at = |t: &Tensor, i: usize| t.select(0, i as isize);
        let (mut y, mut ends) = (x, Vec::with_capacity(self.weights.len()));
        for (l, layer) in self.weights.chunks_exact(directions).enumerate() {
            if l > 0 {
                y = y.dropout(self.settings.dropout, self.mode.is_training());
            }
            let mut outs = Vec::with_capacity(directions);
            for (d, w) in layer.iter().enumerate() {
                let i = l * directions + d;
                let before = State {
                    h: at(&start.h, i),
                    c: start.c.as_ref().map(|c| at(c, i)),
                };
                let (out, end) = walk.run(&y, before, &w.read(), d == 1)?;
                outs.push(out);
                ends.push(end);
            }
            y = match &outs[..] {
                [one] => one.clone(),
                both => cat(&both.iter().collect::<Vec<_>>(), -1),
            };
        }
        Ok((y, ends))
    }

    /// Is it a single sequence, without a batch?
    fn check_input(&self, x: &Tensor) -> Result<bool, Error> {
        let s = &self.settings;
        let order = if s.batch_first { "n, time" } else { "time, n" };
        if !(2..=3).contains(&x.dim()) || x.size(-1) != s.input_size {
            let why = format!(
                "the input {:?} is not [{order}, {size}] or [time, {size}]",
                x.shape(),
                size = s.input_size
            );
            return Err(self.error(ErrorKind::Shape, why));
        }
        let single = x.dim() == 2;
        if x.shape()[usize::from(s.batch_first && !single)] == 0 {
            let why = format!("the input {:?} has no time steps", x.shape());
            return Err(self.error(ErrorKind::Shape, why));
        }
        Ok(single)
    }

    /// The first states as `[layers · directions, n, size]`: those given, or zeros.
    fn start(
        &self,
        given: Option<(&Tensor, Option<&Tensor>)>,
        n: usize,
        single: bool,
        dtype: DType,
    ) -> Result<State, Error> {
        let s = &self.settings;
        let count = self.weights.len();
        let state = |name, t: Option<&Tensor>, size| match t {
            None => Ok(Tensor::zeros([count, n, size]).to_dtype(dtype)),
            Some(t) if single => {
                check_state(s.step, name, t, &[count, size], dtype)?;
                Ok(t.unsqueeze(1))
            }
            Some(t) => {
                check_state(s.step, name, t, &[count, n, size], dtype)?;
                Ok(t.clone())
            }
        };
        let (h, c) = (given.map(|g| g.0), given.and_then(|g| g.1));
        Ok(State {
            h: state("h_0", h, s.state_size())?,
            c: match s.step {
                Step::Lstm => Some(state("c_0", c, s.hidden_size)?),
                _ => None,
            },
        })
    }

    /// For every time which of the `n` sequences are not over yet, `[n, 1]`; `None` if none ever is.
    fn valid(
        &self,
        lengths: Option<&Tensor>,
        steps: usize,
        n: usize,
    ) -> Result<Option<Vec<Tensor>>, Error> {
        let Some(lengths) = lengths else {
            return Ok(None);
        };
        if lengths.dtype() != DType::I64 || lengths.shape() != [n] {
            let why = format!(
                "lengths are i64 [{n}], one for each sequence, not {} {:?}",
                lengths.dtype(),
                lengths.shape()
            );
            return Err(self.error(ErrorKind::Shape, why));
        }
        let list = lengths.contiguous().to_vec::<i64>();
        if let Some(bad) = list.iter().find(|&&l| l < 0 || l > steps as i64) {
            let why = format!("the length {bad} is not between 0 and {steps}");
            return Err(self.error(ErrorKind::Value, why));
        }
        if list.iter().all(|&l| l == steps as i64) {
            return Ok(None);
        }
        let column = lengths.unsqueeze(1);
        Ok(Some((0..steps).map(|t| column.gt(t as i64)).collect()))
    }

    fn error(&self, kind: ErrorKind, why: String) -> Error {
        Error::new(self.settings.step.name(), kind, why)
    }
}

/// How the steps of a sequence follow each other.
struct Walk {
    step: Step,
    /// The axis of time.
    time: isize,
    valid: Option<Vec<Tensor>>,
}

impl Walk {
    /// The states after all steps, side by side in time, and the last of them. Where a sequence is
    /// over, its state stays and the output is 0; backwards, it begins there.
    fn run(
        &self,
        x: &Tensor,
        start: State,
        w: &Weights<'_>,
        reverse: bool,
    ) -> Result<(Tensor, State), Error> {
        let gates = self.step.of_input(x, w)?;
        let steps = gates.size(self.time);
        let (mut state, mut outs) = (start, Vec::with_capacity(steps));
        for i in 0..steps {
            let t = if reverse { steps - 1 - i } else { i };
            let next = self
                .step
                .next(&gates.select(self.time, t as isize), &state, w);
            match &self.valid {
                None => {
                    outs.push(next.h.clone());
                    state = next;
                }
                Some(valid) => {
                    outs.push(Tensor::where_(&valid[t], &next.h, 0.0));
                    state = state.until(next, &valid[t]);
                }
            }
        }
        if reverse {
            outs.reverse();
        }
        let outs: Vec<&Tensor> = outs.iter().collect();
        Ok((stack(&outs, self.time), state))
    }
}

/// Its parameters go by PyTorch's names: `weight_ih_l0`, `bias_hh_l1_reverse`.
impl Field for Stack {
    fn visit_as(&self, _name: &str, v: &mut dyn Visitor) {
        let directions = self.settings.directions();
        for (i, w) in self.weights.iter().enumerate() {
            let end = ["", "_reverse"][i % directions];
            w.visit(&format!("_l{}{end}", i / directions), v);
        }
        v.mode(&self.mode);
    }

    fn copy_with(&self, c: &mut Copier) -> Stack {
        Stack {
            settings: self.settings,
            weights: self.weights.iter().map(|w| w.copy_with(c)).collect(),
            mode: self.mode.copy_with(c),
        }
    }
}

impl Cloneable for Stack {}

/// The options that RNN, LSTM and GRU share.
macro_rules! recurrent_options {
    ($layer:ident) => {
        impl $layer {
            /// So many layers, each fed with the outputs of the one before (1). The parameters are
            /// drawn anew.
            ///
            /// # Panics
            /// If `n` is 0.
            #[must_use]
            #[track_caller]
            pub fn num_layers(self, n: usize) -> $layer {
                $layer {
                    stack: self.stack.with(|s| s.num_layers = n),
                }
            }

            /// With or without biases (with). The parameters are drawn anew.
            #[must_use]
            pub fn bias(self, on: bool) -> $layer {
                $layer {
                    stack: self.stack.with(|s| s.bias = on),
                }
            }

            /// Inputs and outputs are `[n, time, features]` instead of `[time, n, features]` (no).
            #[must_use]
            pub fn batch_first(self, on: bool) -> $layer {
                $layer {
                    stack: self.stack.with(|s| s.batch_first = on),
                }
            }

            /// The probability by which the outputs of all layers but the last are dropped in
            /// training (0).
            ///
            /// # Panics
            /// If `p` is not between 0 and 1.
            #[must_use]
            #[track_caller]
            pub fn dropout(self, p: f64) -> $layer {
                $layer {
                    stack: self.stack.with(|s| s.dropout = p),
                }
            }

            /// Each layer also reads the sequence from its end, and gives the outputs of both
            /// directions side by side (no). The parameters are drawn anew.
            #[must_use]
            pub fn bidirectional(self, on: bool) -> $layer {
                $layer {
                    stack: self.stack.with(|s| s.bidirectional = on),
                }
            }

            /// The parameters of layer `i`.
            ///
            /// # Panics
            /// If there is no such layer.
            #[track_caller]
            pub fn layer(&self, i: usize) -> &RecurrentWeights {
                self.stack.layer(i, false)
            }

            /// The parameters by which layer `i` reads backwards.
            ///
            /// # Panics
            /// If there is no such layer, or it is not bidirectional.
            #[track_caller]
            pub fn reverse_layer(&self, i: usize) -> &RecurrentWeights {
                self.stack.layer(i, true)
            }

            fn line(&self) -> String {
                self.stack.settings().line(stringify!($layer))
            }
        }
    };
}
pub(super) use recurrent_options;
