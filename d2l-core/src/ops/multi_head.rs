//! Attention in several heads.
use crate::{
    AttentionMask, AttentionOptions, DType, Tensor, cat,
    error::{Result, bail, ok},
};

const OP: &str = "multi_head_attention";

/// The parameters of attention in several heads (PyTorch's `nn.functional.multi_head_attention_forward`;
/// book 11.5): queries, keys and values are projected, cut into heads, attended to head by head, put
/// side by side and projected back.
#[derive(Clone, Debug)]
pub struct MultiHead<'a> {
    heads: usize,
    projections: [Tensor; 3],
    biases: Option<[Tensor; 3]>,
    out: &'a Tensor,
    out_bias: Option<&'a Tensor>,
    extra: Option<[&'a Tensor; 2]>,
    zero: bool,
    dropout: f64,
}

impl<'a> MultiHead<'a> {
    /// With one weight `[3 · features, features]` that projects queries, keys and values, and the
    /// weight `out [features, features]` of the projection back.
    ///
    /// # Panics
    /// If the shapes are others, or the features cannot be divided into so many heads.
    ///
    /// ```
    /// use d2l_core::{Causal, MultiHead, Tensor, cat};
    /// let eye = Tensor::eye(2);
    /// let packed = cat(&[&eye, &eye, &eye], 0);
    /// let x = Tensor::from([[[1.0, 2.0], [3.0, 4.0]]]);
    /// let (y, weights) = MultiHead::packed(2, &packed, &eye).forward(&x, &x, &x, Causal);
    /// assert_eq!((y.i((0, 0)), weights.shape()), (x.i((0, 0)), &[1, 2, 2, 2][..]));
    /// ```
    #[track_caller]
    pub fn packed(heads: usize, weight: &Tensor, out: &'a Tensor) -> MultiHead<'a> {
        let n = out.shape().first().copied().unwrap_or(0);
        ok!(thirds(weight, n));
        let third = |i: usize| weight.narrow(0, i * n, n);
        MultiHead::separate(heads, [&third(0), &third(1), &third(2)], out)
    }

    /// With a weight `[features, ..]` for each of queries, keys and values, which may have other
    /// numbers of features.
    ///
    /// # Panics
    /// If the shapes are others, or the features cannot be divided into so many heads.
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x) = (Tensor::eye(2), Tensor::ones([1, 3, 2]));
    /// let attention = MultiHead::separate(1, [&eye, &eye, &eye], &eye);
    /// assert_eq!(attention.forward(&x, &x, &x, None).0, x);
    /// ```
    #[track_caller]
    pub fn separate(heads: usize, weights: [&Tensor; 3], out: &'a Tensor) -> MultiHead<'a> {
        ok!(check(heads, weights, out));
        MultiHead {
            heads,
            projections: weights.map(Tensor::clone),
            biases: None,
            out,
            out_bias: None,
            extra: None,
            zero: false,
            dropout: 0.0,
        }
    }

    /// Biases `[3 · features]` of the projections of queries, keys and values.
    ///
    /// # Panics
    /// If the shape is another.
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x, bias) = (Tensor::eye(2), Tensor::ones([1, 3, 2]), Tensor::ones([6]));
    /// let attention = MultiHead::separate(1, [&eye, &eye, &eye], &eye).in_bias(&bias);
    /// assert_eq!(attention.forward(&x, &x, &x, None).0, &x + 1.0);
    /// ```
    #[must_use]
    #[track_caller]
    pub fn in_bias(mut self, bias: &Tensor) -> Self {
        let n = self.out.shape()[0];
        ok!(thirds(bias, n));
        self.biases = Some([0, 1, 2].map(|i| bias.narrow(0, i * n, n)));
        self
    }

    /// A bias `[features]` of the projection back.
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x, bias) = (Tensor::eye(2), Tensor::ones([1, 3, 2]), Tensor::ones([2]));
    /// let attention = MultiHead::separate(1, [&eye, &eye, &eye], &eye).out_bias(&bias);
    /// assert_eq!(attention.forward(&x, &x, &x, None).0, &x + 1.0);
    /// ```
    #[must_use]
    pub fn out_bias(mut self, bias: &'a Tensor) -> Self {
        self.out_bias = Some(bias);
        self
    }

    /// One more key and value, of `features` numbers each, that every query may attend to.
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x) = (Tensor::eye(2), Tensor::ones([1, 3, 2]));
    /// let (key, value) = (Tensor::ones([2]), Tensor::ones([2]) * 5.0);
    /// let attention = MultiHead::separate(1, [&eye, &eye, &eye], &eye).bias_kv(&key, &value);
    /// assert_eq!(attention.forward(&x, &x, &x, None).0, &x * 2.0);
    /// ```
    #[must_use]
    pub fn bias_kv(mut self, key: &'a Tensor, value: &'a Tensor) -> Self {
        self.extra = Some([key, value]);
        self
    }

    /// One more key and value of zeros (no).
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x) = (Tensor::eye(2), Tensor::zeros([1, 3, 2]));
    /// let attention = MultiHead::separate(1, [&eye, &eye, &eye], &eye).add_zero(true);
    /// assert_eq!(attention.forward(&x, &x, &x, None).1.shape(), [1, 1, 3, 4]);
    /// ```
    #[must_use]
    pub fn add_zero(mut self, yes: bool) -> Self {
        self.zero = yes;
        self
    }

    /// The probability by which attention weights are dropped (0); give 0 outside of training.
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x) = (Tensor::eye(2), Tensor::ones([1, 3, 2]));
    /// let attention = MultiHead::separate(1, [&eye, &eye, &eye], &eye).dropout(1.0);
    /// assert_eq!(attention.forward(&x, &x, &x, None).0, x * 0.0);
    /// ```
    #[must_use]
    pub fn dropout(mut self, p: f64) -> Self {
        self.dropout = p;
        self
    }

    /// For queries `[n, queries, ..]`, keys and values `[n, keys, ..]` the results
    /// `[n, queries, features]` and the weights `[n, heads, queries, keys]`; all without `n` for a
    /// single example. A mask that is a tensor broadcasts to the weights.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::{MultiHead, Tensor};
    /// let (eye, x) = (Tensor::eye(4), Tensor::ones([3, 4]));
    /// let attention = MultiHead::separate(2, [&eye, &eye, &eye], &eye);
    /// let (y, weights) = attention.forward(&x, &x, &x, None);
    /// assert_eq!((y, weights.shape()), (x, &[2, 3, 3][..]));
    /// ```
    #[track_caller]
    pub fn forward(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: impl Into<AttentionMask>,
    ) -> (Tensor, Tensor) {
        ok!(self.try_forward(q, k, v, mask.into()))
    }

    /// [`MultiHead::forward`] as a `Result`.
    ///
    /// # Errors
    /// If shapes or dtypes do not fit.
    pub fn try_forward(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: AttentionMask,
    ) -> Result<(Tensor, Tensor)> {
        let axes = q.dim();
        if !(2..=3).contains(&axes) || k.dim() != axes || v.dim() != axes {
            bail!(
                OP,
                Shape,
                "queries {:?}, keys {:?} and values {:?} are [n, length, features]",
                q.shape(),
                k.shape(),
                v.shape()
            );
        }
        let inputs = [q, k, v].map(|x| if axes == 2 { x.unsqueeze(0) } else { x.clone() });
        let [q, mut k, mut v] = self.projected(inputs)?;
        let keys = k.size(1);
        if let Some([key, value]) = self.extra {
            (k, v) = (self.longer(&k, key), self.longer(&v, value));
        }
        if self.zero {
            let zeros = Tensor::filled(self.out.dims().remove(1), 0.0, self.out.dtype());
            (k, v) = (self.longer(&k, &zeros), self.longer(&v, &zeros));
        }
        let mask = widened(mask, q.size(1), keys, k.size(1) - keys);
        let options = AttentionOptions::new().dropout(self.dropout);
        let [q, k, v] = [q, k, v].map(|x| self.cut(&x));
        let (y, weights) = options.attend(&q, &k, &v, &mask)?;
        let y = y
            .transpose(1, 2)
            .flatten_from(2)
            .try_linear(self.out, self.out_bias)?;
        Ok(if axes == 2 {
            (y.squeeze(0), weights.squeeze(0))
        } else {
            (y, weights)
        })
    }

    fn projected(&self, inputs: [Tensor; 3]) -> Result<[Tensor; 3]> {
        let bias = |i: usize| self.biases.as_ref().map(|b| &b[i]);
        let [q, k, v] = &inputs;
        Ok([
            q.try_linear(&self.projections[0], bias(0))?,
            k.try_linear(&self.projections[1], bias(1))?,
            v.try_linear(&self.projections[2], bias(2))?,
        ])
    }

    /// One more row at the end of every example.
    fn longer(&self, x: &Tensor, row: &Tensor) -> Tensor {
        let row = row.reshape([1, 1, -1]).expand([x.size(0), 1, x.size(2)]);
        cat(&[x, &row], 1)
    }

    /// `[n, length, features]` as `[n, heads, length, features / heads]`.
    fn cut(&self, x: &Tensor) -> Tensor {
        let [n, length, features] = [x.size(0), x.size(1), x.size(2)];
        x.reshape([n, length, self.heads, features / self.heads])
            .transpose(1, 2)
    }
}

fn thirds(x: &Tensor, n: usize) -> Result<()> {
    if x.shape().first() != Some(&(3 * n)) {
        bail!(OP, Shape, "{:?} is not 3 times {n} features", x.shape());
    }
    Ok(())
}

fn check(heads: usize, weights: [&Tensor; 3], out: &Tensor) -> Result<()> {
    let fits = out.dim() == 2
        && weights
            .iter()
            .all(|w| w.dim() == 2 && w.shape()[0] == out.shape()[1]);
    if !fits {
        let shapes = weights.map(Tensor::shape);
        bail!(
            OP,
            Shape,
            "weights {shapes:?} and {:?} do not fit",
            out.shape()
        );
    }
    if heads == 0 || !out.shape()[1].is_multiple_of(heads) {
        bail!(
            OP,
            Value,
            "{} features cannot be divided into {heads} heads",
            out.shape()[1]
        );
    }
    Ok(())
}

/// The mask with `more` keys at the end that everybody may attend to.
fn widened(mask: AttentionMask, queries: usize, keys: usize, more: usize) -> AttentionMask {
    if more == 0 {
        return mask;
    }
    let Some(mask) = mask.to_tensor(4, queries, keys) else {
        return AttentionMask::None;
    };
    let last = mask.dim() - 1;
    let mask = mask.expand(mask.dims().with(last, keys));
    let free = if mask.dtype() == DType::Bool {
        1.0
    } else {
        0.0
    };
    let added = Tensor::filled(mask.dims().with(last, more), free, mask.dtype());
    AttentionMask::Tensor(cat(&[&mask, &added], -1))
}

#[cfg(test)]
mod tests {
    use super::MultiHead;
    use crate::{Causal, Tensor, testing::gradcheck_test};
    gradcheck_test!(
        multi_head,
        |x, w, o, b| {
            let attention = MultiHead::packed(2, w, o).in_bias(b).add_zero(true);
            attention.forward(x, x, x, &Tensor::from([1, 3])).0
        },
        [2, 3, 4],
        [12, 4],
        [4, 4],
        [12]; no empty, scalar
    );
    gradcheck_test!(
        separate,
        |x, w, b, r| {
            let attention = MultiHead::separate(2, [w, w, w], w).out_bias(b).bias_kv(r, b);
            attention.dropout(0.0).forward(x, x, x, Causal)
        },
        [3, 4],
        [4, 4],
        [4],
        [4]; no scalar
    );

    #[test]
    #[should_panic(expected = "multi_head_attention: 4 features cannot be divided into 3 heads")]
    fn heads_are_of_one_size() {
        let eye = Tensor::eye(4);
        let _ = MultiHead::separate(3, [&eye, &eye, &eye], &eye);
    }
}
