//! Attention in several heads.
use super::{Bias, Linear};
use crate::{
    Module,
    module::{
        Mode, Param, Refusal, giving,
        init::{XavierNormal, XavierUniform, Zeros},
    },
};
use d2l_core::{AttentionMask, Error, MultiHead, Tensor};

/// Attention in several heads: queries, keys and values are projected, cut into heads, attended to head
/// by head, put side by side and projected back (PyTorch's `nn.MultiheadAttention`, book 11.5).
///
/// Shapes: queries `[length, n, embed_dim]`, keys `[keys, n, kdim]` and values `[keys, n, vdim]`
/// (`[n, length, ..]` with `batch_first`; without `n` for a single example) to results like the queries
/// and weights `[n, length, keys]`, the mean over all heads.
///
/// A mask says which keys a query may attend to ([`AttentionMask`]): `None`, [`Causal`](d2l_core::Causal),
/// lengths (`I64`, `[n]` or `[n, queries]`), or a tensor `[queries, keys]`, `[n, queries, keys]`,
/// `[n · heads, queries, keys]` or one that broadcasts to `[n, heads, queries, keys]`. A `Bool` one is
/// true where attention is *allowed*, as in `scaled_dot_product_attention`; PyTorch's
/// `MultiheadAttention` has it the other way round.
///
/// Parameters: `in_proj_weight [3 · embed_dim, embed_dim]`, or `q_proj_weight`, `k_proj_weight` and
/// `v_proj_weight` with other `kdim` or `vdim`, uniform in ±√(6 / (rows + columns)); `in_proj_bias` and
/// `out_proj.bias`, 0; `out_proj.weight [embed_dim, embed_dim]`, uniform in ±1/√embed_dim.
///
/// ```
/// use d2l::prelude::*;
/// let attention = MultiheadAttention::new(8, 2).batch_first(true);
/// let x = Tensor::ones([3, 5, 8]);
/// let (y, weights) = attention.forward(&x, &x, &x, Causal);
/// assert_eq!((y.shape(), weights.shape()), (&[3, 5, 8][..], &[3, 5, 5][..]));
/// let (y, _) = attention.forward(&x, &x, &x, &Tensor::from([5, 2, 1]));
/// assert_eq!(y.shape(), [3, 5, 8]);
/// ```
#[derive(Module, Debug)]
pub struct MultiheadAttention {
    /// `[embed_dim, embed_dim]`, if keys or values have other sizes.
    pub q_proj_weight: Option<Param>,
    /// `[embed_dim, kdim]`, if keys or values have other sizes.
    pub k_proj_weight: Option<Param>,
    /// `[embed_dim, vdim]`, if keys or values have other sizes.
    pub v_proj_weight: Option<Param>,
    /// All three below each other, `[3 · embed_dim, embed_dim]`, if they are of one size.
    pub in_proj_weight: Option<Param>,
    /// `[3 · embed_dim]`, unless made with `bias(false)`.
    pub in_proj_bias: Bias,
    /// One more key, `[1, 1, embed_dim]`, with `add_bias_kv`.
    pub bias_k: Option<Param>,
    /// One more value, `[1, 1, embed_dim]`, with `add_bias_kv`.
    pub bias_v: Option<Param>,
    /// The projection back.
    pub out_proj: Linear,
    mode: Mode,
    #[module(skip)]
    settings: Settings,
}

#[derive(Clone, Copy, Debug)]
struct Settings {
    embed_dim: usize,
    num_heads: usize,
    kdim: usize,
    vdim: usize,
    bias: bool,
    add_bias_kv: bool,
    add_zero_attn: bool,
    dropout: f64,
    batch_first: bool,
    average: bool,
}

impl MultiheadAttention {
    /// Attention of `embed_dim` features in `num_heads` heads.
    ///
    /// # Panics
    /// If a number is 0, or the features cannot be divided into so many heads.
    #[track_caller]
    pub fn new(embed_dim: usize, num_heads: usize) -> MultiheadAttention {
        assert!(
            embed_dim > 0 && num_heads > 0 && embed_dim.is_multiple_of(num_heads),
            "MultiheadAttention: {embed_dim} features cannot be divided into {num_heads} heads"
        );
        MultiheadAttention::of(Settings {
            embed_dim,
            num_heads,
            kdim: embed_dim,
            vdim: embed_dim,
            bias: true,
            add_bias_kv: false,
            add_zero_attn: false,
            dropout: 0.0,
            batch_first: false,
            average: true,
        })
    }

    fn of(settings: Settings) -> MultiheadAttention {
        let Settings {
            embed_dim: n,
            kdim,
            vdim,
            bias,
            add_bias_kv,
            ..
        } = settings;
        let separate = (kdim, vdim) != (n, n);
        let projection = |on: bool, rows, columns| {
            on.then(|| Param::started([rows, columns], XavierUniform::new()))
        };
        let extra = || add_bias_kv.then(|| Param::started([1, 1, n], XavierNormal::new()));
        let out_proj = Linear::new(n, n).bias(bias);
        if bias {
            out_proj.bias.zero_();
        }
        MultiheadAttention {
            q_proj_weight: projection(separate, n, n),
            k_proj_weight: projection(separate, n, kdim),
            v_proj_weight: projection(separate, n, vdim),
            in_proj_weight: projection(!separate, 3 * n, n),
            in_proj_bias: match bias {
                true => Bias::new(Param::started([3 * n], Zeros)),
                false => Bias::none(),
            },
            bias_k: extra(),
            bias_v: extra(),
            out_proj,
            mode: Mode::default(),
            settings,
        }
    }

    /// The features of the keys (`embed_dim`). The parameters are drawn anew.
    #[must_use]
    pub fn kdim(self, n: usize) -> MultiheadAttention {
        MultiheadAttention::of(Settings {
            kdim: n,
            ..self.settings
        })
    }

    /// The features of the values (`embed_dim`). The parameters are drawn anew.
    #[must_use]
    pub fn vdim(self, n: usize) -> MultiheadAttention {
        MultiheadAttention::of(Settings {
            vdim: n,
            ..self.settings
        })
    }

    /// With or without biases of the projections (with). The parameters are drawn anew.
    #[must_use]
    pub fn bias(self, on: bool) -> MultiheadAttention {
        MultiheadAttention::of(Settings {
            bias: on,
            ..self.settings
        })
    }

    /// One more key and value, which are learned, for every query (no). The parameters are drawn anew.
    #[must_use]
    pub fn add_bias_kv(self, on: bool) -> MultiheadAttention {
        MultiheadAttention::of(Settings {
            add_bias_kv: on,
            ..self.settings
        })
    }

    /// One more key and value of zeros for every query (no).
    #[must_use]
    pub fn add_zero_attn(mut self, on: bool) -> MultiheadAttention {
        self.settings.add_zero_attn = on;
        self
    }

    /// The probability by which attention weights are dropped in training (0).
    ///
    /// # Panics
    /// If it is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn dropout(mut self, p: f64) -> MultiheadAttention {
        assert!(
            (0.0..=1.0).contains(&p),
            "MultiheadAttention: the probability {p} of dropout is not between 0 and 1"
        );
        self.settings.dropout = p;
        self
    }

    /// Inputs and results are `[n, length, features]` instead of `[length, n, features]` (no).
    #[must_use]
    pub fn batch_first(mut self, on: bool) -> MultiheadAttention {
        self.settings.batch_first = on;
        self
    }

    /// Weights are the mean over the heads (yes), or given head by head: `[n, heads, length, keys]`.
    #[must_use]
    pub fn average_attn_weights(mut self, on: bool) -> MultiheadAttention {
        self.settings.average = on;
        self
    }

    /// The results alone, of queries and of keys that are the values, too.
    pub(super) fn apply(
        &self,
        q: &Tensor,
        kv: &Tensor,
        mask: AttentionMask,
    ) -> Result<Tensor, Refusal> {
        let work = || self.attend(q, kv, kv, mask).map(|(y, _)| y);
        giving(self, work, |y| y).map_err(|e| Refusal::new(self, e))
    }

    /// The results, and the weights `[n, heads, length, keys]`.
    fn attend(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: AttentionMask,
    ) -> Result<(Tensor, Tensor), Error> {
        let swap = !self.settings.batch_first && q.dim() == 3;
        let order = |x: &Tensor| match swap && x.dim() == 3 {
            true => x.transpose(0, 1),
            false => x.clone(),
        };
        let [q, k, v] = [q, k, v].map(order);
        let mask = self.by_heads(mask, &q);
        let (y, weights) = self.heads().try_forward(&q, &k, &v, mask)?;
        Ok((order(&y), weights))
    }

    fn heads(&self) -> MultiHead<'_> {
        let s = &self.settings;
        let (heads, out) = (s.num_heads, &*self.out_proj.weight);
        let mut all = match (
            &self.in_proj_weight,
            &self.q_proj_weight,
            &self.k_proj_weight,
            &self.v_proj_weight,
        ) {
            (Some(w), ..) => MultiHead::packed(heads, w, out),
            (None, Some(q), Some(k), Some(v)) => MultiHead::separate(heads, [q, k, v], out),
            _ => unreachable!("projections are packed or separate"),
        };
        all = all
            .add_zero(s.add_zero_attn)
            .dropout(if self.mode.is_training() {
                s.dropout
            } else {
                0.0
            });
        if let Some(b) = self.in_proj_bias.get() {
            all = all.in_bias(b);
        }
        if let Some(b) = self.out_proj.bias.get() {
            all = all.out_bias(b);
        }
        match (&self.bias_k, &self.bias_v) {
            (Some(k), Some(v)) => all.bias_kv(k, v),
            _ => all,
        }
    }

    /// Masks of three axes, for each example or for each head of it, as `[n, heads, queries, keys]`.
    fn by_heads(&self, mask: AttentionMask, q: &Tensor) -> AttentionMask {
        let heads = self.settings.num_heads;
        match mask {
            AttentionMask::Tensor(m) if m.dim() == 3 && q.dim() == 3 => {
                let [n, queries, keys] = [m.size(0), m.size(1), m.size(2)];
                AttentionMask::Tensor(match n == q.size(0) * heads {
                    true => m.reshape([q.size(0), heads, queries, keys]),
                    false => m.unsqueeze(1),
                })
            }
            other => other,
        }
    }
}

forward_with! {
    /// The results and the weights of attention; see [`MultiheadAttention`].
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    MultiheadAttention<M>,
    |this, q, k: &'a Tensor, v: &'a Tensor, mask: M| -> (Tensor, Tensor), |y| &y.0,
    this.attend(q, k, v, mask.into()).map(|(y, weights)| match this.settings.average {
        true => (y, weights.mean_dim(-3)),
        false => (y, weights),
    })
}
