//! Recurrent layers and embeddings.
use super::{Built, layer, unary};
use crate::args::{Args, Value};
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    match name {
        "RNN" | "LSTM" | "GRU" => stack(name, c),
        "RNNCell" | "LSTMCell" | "GRUCell" => cell(name, c),
        "Embedding" => embedding(c),
        _ => None,
    }
}

fn size(c: &Args, at: usize, name: &str) -> Option<usize> {
    Some(c.sizes(at, name)?[0])
}

fn flag(c: &Args, at: usize, name: &str, default: bool) -> bool {
    c.bool(at, name).unwrap_or(default)
}

/// The options that RNN, LSTM and GRU share; the positions of RNN are one later.
macro_rules! with_options {
    ($layer:expr, $c:expr, $later:expr) => {
        $layer
            .num_layers(size($c, 2, "num_layers").unwrap_or(1))
            .bias(flag($c, 3 + $later, "bias", true))
            .batch_first(flag($c, 4 + $later, "batch_first", false))
            .dropout($c.float(5 + $later, "dropout").unwrap_or(0.0))
            .bidirectional(flag($c, 6 + $later, "bidirectional", false))
    };
}

fn stack(name: &str, c: &Args) -> Option<Built> {
    let (input, hidden) = (size(c, 0, "input_size")?, size(c, 1, "hidden_size")?);
    match name {
        "RNN" => {
            let rnn = RNN::new(input, hidden).nonlinearity(nonlinearity(c, 3));
            layer(with_options!(rnn, c, 1), |m, a| {
                Some(m.forward(a.t(0), a.tensor(1, "hx")).into())
            })
        }
        "GRU" => layer(with_options!(GRU::new(input, hidden), c, 0), |m, a| {
            Some(m.forward(a.t(0), a.tensor(1, "hx")).into())
        }),
        "LSTM" => {
            let lstm = LSTM::new(input, hidden).proj_size(size(c, 7, "proj_size").unwrap_or(0));
            layer(with_options!(lstm, c, 0), |m, a| {
                let (out, (h, c)) = m.forward(a.t(0), pair(a));
                Some((out, h, c).into())
            })
        }
        _ => None,
    }
}

fn nonlinearity(c: &Args, at: usize) -> Nonlinearity {
    match c.str(at, "nonlinearity") {
        Some("relu") => Nonlinearity::ReLU,
        _ => Nonlinearity::Tanh,
    }
}

/// Both states of an LSTM.
fn pair(a: &Args) -> Option<(&Tensor, &Tensor)> {
    match a.tensors(1, "hx")?[..] {
        [h, c] => Some((h, c)),
        _ => None,
    }
}

fn cell(name: &str, c: &Args) -> Option<Built> {
    let (input, hidden) = (size(c, 0, "input_size")?, size(c, 1, "hidden_size")?);
    // Python takes any value for a truth value.
    let bias = !matches!(c.get(2, "bias"), Some(Value::Bool(false)));
    match name {
        "RNNCell" => {
            let cell = RNNCell::new(input, hidden).nonlinearity(nonlinearity(c, 3));
            layer(cell.bias(bias), |m, a| {
                Some(m.forward(a.t(0), a.tensor(1, "hx")).into())
            })
        }
        "GRUCell" => layer(GRUCell::new(input, hidden).bias(bias), |m, a| {
            Some(m.forward(a.t(0), a.tensor(1, "hx")).into())
        }),
        "LSTMCell" => layer(LSTMCell::new(input, hidden).bias(bias), |m, a| {
            Some(m.forward(a.t(0), pair(a)).into())
        }),
        _ => None,
    }
}

fn embedding(c: &Args) -> Option<Built> {
    let (rows, dim) = (size(c, 0, "num_embeddings")?, size(c, 1, "embedding_dim")?);
    let layer = Embedding::new(rows, dim);
    unary(match c.int(2, "padding_idx") {
        Some(row) => layer.padding_idx(row),
        None => layer,
    })
}
