//! The cells of recurrent layers: what happens to the gates in one step.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::Dims,
};
use d2l_macros::elementwise;

#[elementwise(crate = crate, test = -3.0..3.0)]
fn lstm_gates(i: f32, f: f32, g: f32, o: f32, c: f32) -> (f32, f32) {
    let new = sigmoid(f) * c + sigmoid(i) * tanh(g);
    (sigmoid(o) * tanh(new), new)
}

#[elementwise(crate = crate, test = -3.0..3.0)]
fn gru_gates(xr: f32, xz: f32, xn: f32, hr: f32, hz: f32, hn: f32, h: f32) -> f32 {
    let n = tanh(xn + sigmoid(xr + hr) * hn);
    n + sigmoid(xz + hz) * (h - n)
}

impl Tensor {
    /// One step of long short-term memory (book 10.1): from the gates, which lie side by side along the
    /// last axis in the order `i f g o`, and the memory `c`, the hidden state `h' = σ(o) tanh(c')` and the
    /// memory `c' = σ(f) c + σ(i) tanh(g)`, in one pass. The part of `torch.lstm_cell` behind its products.
    ///
    /// # Panics
    /// If the gates are not four times as wide as the memory.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (h, c) = Tensor::zeros([2, 12]).lstm_gates(&Tensor::ones([2, 3]));
    /// assert_eq!(c, Tensor::full([2, 3], 0.5));
    /// assert_eq!(h, c.tanh() * 0.5);
    /// ```
    #[track_caller]
    pub fn lstm_gates(&self, c: &Tensor) -> (Tensor, Tensor) {
        ok!(check("lstm_gates", self, c, 4));
        let [i, f, g, o] = side_by_side(self);
        lstm_gates(&i, &f, &g, &o, c)
    }

    /// One step of gated recurrent units (book 10.2): from the input's part of the gates, the part of
    /// the hidden state, which lie side by side along the last axis in the order `r z n`, and the hidden state
    /// `h` itself, `n = tanh(x_n + σ(x_r + h_r) h_n)` and `h' = n + σ(x_z + h_z) (h - n)`, in one pass. The
    /// part of `torch.gru_cell` behind its products.
    ///
    /// # Panics
    /// If a part of the gates is not three times as wide as the hidden state.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let gates = Tensor::zeros([2, 9]);
    /// assert_eq!(gates.gru_gates(&gates, &Tensor::ones([2, 3])), Tensor::full([2, 3], 0.5));
    /// ```
    #[track_caller]
    pub fn gru_gates(&self, hidden: &Tensor, h: &Tensor) -> Tensor {
        ok!(check("gru_gates", self, h, 3));
        ok!(check("gru_gates", hidden, h, 3));
        let ([xr, xz, xn], [hr, hz, hn]) = (side_by_side(self), side_by_side(hidden));
        gru_gates(&xr, &xz, &xn, &hr, &hz, &hn, h)
    }
}

fn check(op: &'static str, gates: &Tensor, state: &Tensor, n: usize) -> Result<()> {
    gates.check_float(op)?;
    let wide = |last: usize| state.dims().with(state.dim() - 1, last);
    let expected = match state.shape().last() {
        Some(last) => wide(n * last),
        None => Dims::new(&[n]),
    };
    if *gates.dims() != expected {
        bail!(
            op,
            Shape,
            "the gates of a state of shape {:?} have shape {expected:?}, not {:?}",
            state.shape(),
            gates.shape()
        );
    }
    Ok(())
}

/// The last axis in equal parts.
fn side_by_side<const N: usize>(x: &Tensor) -> [Tensor; N] {
    let n = x.size(-1) / N;
    std::array::from_fn(|i| x.narrow(-1, i * n, n))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(lstm, |x, c| x.lstm_gates(c), [3, 8], [3, 2]; no scalar, empty);
    gradcheck_test!(gru, |x, y, h| x.gru_gates(y, h), [3, 6], [3, 6], [3, 2]; no scalar, empty);

    #[test]
    fn steps_are_those_of_the_definition() {
        let (x, c) = (Tensor::randn([5, 12]), Tensor::randn([5, 3]));
        let part = |k: usize| x.narrow(1, 3 * k, 3);
        let (h, new) = x.lstm_gates(&c);
        let by_hand = part(1).sigmoid() * &c + part(0).sigmoid() * part(2).tanh();
        assert!(new.allclose(&by_hand, 1e-5, 1e-6));
        assert!(h.allclose(&(part(3).sigmoid() * by_hand.tanh()), 1e-5, 1e-6));
    }

    #[test]
    #[should_panic(
        expected = "lstm_gates: the gates of a state of shape [2, 3] have shape [2, 12], not [2, 9]"
    )]
    fn gates_fit_the_state() {
        let _ = Tensor::zeros([2, 9]).lstm_gates(&Tensor::zeros([2, 3]));
    }
}
