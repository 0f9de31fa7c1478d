//! Positions as sines and cosines.
use crate::{Module, module::Mode};
use d2l_core::{DType, Error, ErrorKind, Tensor};

/// Adds to every position `i` of a sequence its own row `P[i, 2j] = sin(i / 10000^(2j/d))`,
/// `P[i, 2j+1] = cos(i / 10000^(2j/d))`, then dropout (the book's `PositionalEncoding`, 11.6).
///
/// Shapes: `x [n, length, num_hiddens]` to the same. A sequence is at most `max_len` long. The rows are
/// no part of a state dict, since they follow from the sizes.
///
/// ```
/// use d2l::prelude::*;
/// let layer = PositionalEncoding::new(4, 0.0);
/// let y = layer.forward(&Tensor::zeros([1, 60, 4]));
/// assert_eq!(y.i((0, 0)), Tensor::from([0.0, 1.0, 0.0, 1.0]));
/// assert!(y.i((0, 1, ..2)).allclose(&Tensor::from([0.841471, 0.540302]), 1e-5, 0.0));
/// ```
#[derive(Module, Debug)]
pub struct PositionalEncoding {
    /// The rows, `[1, max_len, num_hiddens]`.
    #[module(skip)]
    pub p: Tensor,
    dropout: f64,
    mode: Mode,
}

impl PositionalEncoding {
    /// For `num_hiddens` features and sequences of up to 1000 positions; `dropout` is the probability
    /// by which sums are dropped in training.
    ///
    /// # Panics
    /// If `num_hiddens` is 0 or odd, or `dropout` is not between 0 and 1.
    #[track_caller]
    pub fn new(num_hiddens: usize, dropout: f64) -> PositionalEncoding {
        assert!(
            num_hiddens > 0 && num_hiddens.is_multiple_of(2),
            "PositionalEncoding: num_hiddens {num_hiddens} must be even and at least 2"
        );
        assert!(
            (0.0..=1.0).contains(&dropout),
            "PositionalEncoding: the probability {dropout} of dropout is not between 0 and 1"
        );
        PositionalEncoding {
            p: rows(1000, num_hiddens),
            dropout,
            mode: Mode::default(),
        }
    }

    /// The longest sequence (1000).
    #[must_use]
    pub fn max_len(mut self, n: usize) -> PositionalEncoding {
        self.p = rows(n, self.p.size(2));
        self
    }
}

fn rows(n: usize, features: usize) -> Tensor {
    let angle = |i: usize, j: usize| i as f64 / 10000f64.powf((j / 2 * 2) as f64 / features as f64);
    let value = |at: usize| match (at / features, at % features) {
        (i, j) if j % 2 == 0 => angle(i, j).sin(),
        (i, j) => angle(i, j).cos(),
    };
    let values: Vec<f64> = (0..n * features).map(value).collect();
    Tensor::with_dtype(&values[..], DType::F64)
        .reshape([1, n, features])
        .to_dtype(d2l_core::default_dtype())
}

forward! {
    /// `x` with its positions added.
    ///
    /// # Panics
    /// If `x` is not `[n, length, num_hiddens]`, or longer than `max_len`.
    PositionalEncoding, |this, x| {
        let [longest, features] = [this.p.size(1), this.p.size(2)];
        if x.dim() != 3 || x.size(2) != features || x.size(1) > longest {
            let why = format!(
                "the input {:?} is not [n, up to {longest}, {features}]",
                x.shape()
            );
            return Err(Error::new("positional_encoding", ErrorKind::Shape, why));
        }
        let sum = x + this.p.narrow(1, 0, x.size(1)).to_dtype(x.dtype());
        Ok(sum.dropout(this.dropout, this.mode.is_training()))
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn the_second_position_is_the_book_s() {
        let y = PositionalEncoding::new(32, 0.0).forward(&Tensor::zeros([2, 60, 32]));
        let expected = Tensor::from([0.8415, 0.5403, 0.5332, 0.8460]);
        assert!(y.i((1, 1, ..4)).allclose(&expected, 0.0, 1e-4));
    }

    #[test]
    #[should_panic(expected = "the input [1, 5, 2] is not [n, up to 4, 2] (in PositionalEncoding)")]
    fn a_sequence_that_is_too_long_is_refused() {
        let layer = PositionalEncoding::new(2, 0.0).max_len(4);
        let _ = layer.forward(&Tensor::zeros([1, 5, 2]));
    }
}
