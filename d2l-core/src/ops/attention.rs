//! Attention by scaled dot products.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::{Dims, broadcast},
};

const OP: &str = "scaled_dot_product_attention";

/// Which keys a query may attend to. Whatever reads as one goes where a mask is expected: `None`,
/// [`Causal`], a tensor of lengths (`I64`), or a tensor that is a mask.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum AttentionMask {
    /// All.
    #[default]
    None,
    /// The keys up to the query's own position.
    Causal,
    /// The first so many keys: one number for each entry of the first axis, `[n]`, or for each of its
    /// queries, `[n, queries]`.
    Lengths(Tensor),
    /// A mask that broadcasts to `[.., queries, keys]`: `Bool`, true where attention is allowed, or
    /// floats that are added to the scores.
    Tensor(Tensor),
}

/// The mask by which a query attends to the keys up to its own position.
#[derive(Clone, Copy, Debug)]
pub struct Causal;

impl From<Causal> for AttentionMask {
    fn from(_: Causal) -> AttentionMask {
        AttentionMask::Causal
    }
}

/// Integers are lengths, bools and floats a mask.
impl From<&Tensor> for AttentionMask {
    fn from(mask: &Tensor) -> AttentionMask {
        match mask.dtype() {
            DType::I64 | DType::U8 => AttentionMask::Lengths(mask.long()),
            _ => AttentionMask::Tensor(mask.clone()),
        }
    }
}

impl From<Option<&Tensor>> for AttentionMask {
    fn from(mask: Option<&Tensor>) -> AttentionMask {
        mask.map_or(AttentionMask::None, AttentionMask::from)
    }
}

impl From<&AttentionMask> for AttentionMask {
    fn from(mask: &AttentionMask) -> AttentionMask {
        mask.clone()
    }
}

impl AttentionMask {
    /// As a tensor that broadcasts to `[.., queries, keys]`, for a batch of `axes` axes in all.
    pub(crate) fn to_tensor(&self, axes: usize, queries: usize, keys: usize) -> Option<Tensor> {
        let column = |n: usize| Tensor::arange(n).reshape([n, 1]);
        match self {
            AttentionMask::None => None,
            AttentionMask::Causal => Some(Tensor::arange(keys).le(column(queries))),
            AttentionMask::Lengths(lengths) => {
                let n = lengths.shape()[0];
                let own = lengths.shape().get(1).copied().unwrap_or(1);
                let mut shape = vec![1; axes];
                (shape[0], shape[axes - 2]) = (n, own);
                Some(Tensor::arange(keys).lt(lengths.reshape(shape)))
            }
            AttentionMask::Tensor(mask) => Some(mask.clone()),
        }
    }

    /// The softmax of scores `[.., queries, keys]`. Where a query may attend to nothing it is 0.
    fn softmax(&self, scores: &Tensor) -> Result<Tensor> {
        let (queries, keys) = (scores.size(-2), scores.size(-1));
        let rows = scores.numel() / keys.max(1);
        Ok(match self {
            AttentionMask::None => scores.softmax(-1),
            AttentionMask::Causal => {
                let lengths = (0..rows).map(|r| (r % queries + 1).min(keys));
                scores.softmax_up_to(lengths.collect())
            }
            AttentionMask::Lengths(lengths) => scores.masked_softmax(lengths),
            AttentionMask::Tensor(mask) => {
                if broadcast(OP, scores.dims(), mask.dims())? != *scores.dims() {
                    bail!(
                        OP,
                        Shape,
                        "a mask {:?} does not broadcast to the scores {:?}",
                        mask.shape(),
                        scores.shape()
                    );
                }
                let scores = if mask.dtype() == DType::Bool {
                    scores.masked_fill(&mask.logical_not(), f64::NEG_INFINITY)
                } else {
                    scores + mask
                };
                scores.softmax_up_to(vec![keys; rows])
            }
        })
    }
}

options! {
    /// How [`scaled_dot_product_attention`] attends, with all its options.
    AttentionOptions {
        /// What the products are multiplied by (1/√features).
        scale: ?f64,
        /// The probability by which attention weights are dropped (0); give 0 outside of training.
        dropout: f64 = 0.0,
        /// Queries in several heads (axis -3) share the heads of keys and values (no).
        enable_gqa: bool = false,
    }
}

impl AttentionOptions {
    /// [`scaled_dot_product_attention`] with these options.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::{AttentionOptions, Causal, Tensor};
    /// let (q, v) = (Tensor::zeros([2, 3]), Tensor::from([[2.0], [4.0]]));
    /// let y = AttentionOptions::new().scale(1.0).forward(&q, &q, &v, Causal);
    /// assert_eq!(y, Tensor::from([[2.0], [3.0]]));
    /// ```
    #[track_caller]
    pub fn forward(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: impl Into<AttentionMask>,
    ) -> Tensor {
        ok!(self.attend(q, k, v, &mask.into())).0
    }

    /// As [`AttentionOptions::forward`], with the weights `[.., queries, keys]` (before dropout).
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    ///
    /// ```
    /// use d2l_core::{AttentionOptions, Tensor};
    /// let (q, v) = (Tensor::zeros([1, 3]), Tensor::from([[2.0], [4.0]]));
    /// let (_, weights) = AttentionOptions::new().with_weights(&q, &Tensor::zeros([2, 3]), &v, None);
    /// assert_eq!(weights, Tensor::from([[0.5, 0.5]]));
    /// ```
    #[track_caller]
    pub fn with_weights(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: impl Into<AttentionMask>,
    ) -> (Tensor, Tensor) {
        ok!(self.attend(q, k, v, &mask.into()))
    }

    pub(crate) fn attend(
        &self,
        q: &Tensor,
        k: &Tensor,
        v: &Tensor,
        mask: &AttentionMask,
    ) -> Result<(Tensor, Tensor)> {
        check(q, k, v)?;
        let (k, v) = if self.enable_gqa {
            (shared_heads(q, k)?, shared_heads(q, v)?)
        } else {
            (k.clone(), v.clone())
        };
        let features = q.size(-1) as f64;
        let scale = self.scale.unwrap_or_else(|| features.sqrt().recip());
        let scores = (q * scale).try_matmul(&k.transpose(-2, -1))?;
        let weights = mask.softmax(&scores)?;
        let dropped = weights.dropout(self.dropout, true);
        Ok((dropped.try_matmul(&v)?, weights))
    }
}

/// `softmax(q kᵀ / √features) v` (book 11.3): for each query `[.., queries, features]` the mean of the
/// values `[.., keys, n]`, weighted by how well their keys `[.., keys, features]` fit. Axes in front
/// are a batch, and broadcast. Options: [`AttentionOptions`].
///
/// # Panics
/// If shapes or dtypes do not fit.
///
/// ```
/// use d2l_core::{Tensor, scaled_dot_product_attention};
/// let (q, k) = (Tensor::zeros([1, 2, 3]), Tensor::zeros([1, 4, 3]));
/// let v = Tensor::from([[[1.0], [3.0], [8.0], [8.0]]]);
/// let all = scaled_dot_product_attention(&q, &k, &v, None);
/// assert_eq!(all, Tensor::from([[[5.0], [5.0]]]));
/// let lengths = Tensor::from([2]);
/// let first_two = scaled_dot_product_attention(&q, &k, &v, &lengths);
/// assert_eq!(first_two, Tensor::from([[[2.0], [2.0]]]));
/// ```
#[track_caller]
pub fn scaled_dot_product_attention(
    q: &Tensor,
    k: &Tensor,
    v: &Tensor,
    mask: impl Into<AttentionMask>,
) -> Tensor {
    AttentionOptions::new().forward(q, k, v, mask)
}

fn check(q: &Tensor, k: &Tensor, v: &Tensor) -> Result<()> {
    q.check_float(OP)?;
    let fits = q.dim() > 1
        && k.dim() > 1
        && v.dim() > 1
        && q.size(-1) == k.size(-1)
        && k.size(-2) == v.size(-2);
    if !fits {
        bail!(
            OP,
            Shape,
            "queries {:?}, keys {:?} and values {:?} do not fit",
            q.shape(),
            k.shape(),
            v.shape()
        );
    }
    Ok(())
}

/// Every head of `x` repeated for the heads of the queries that share it.
fn shared_heads(q: &Tensor, x: &Tensor) -> Result<Tensor> {
    if q.dim() < 3 || x.dim() < 3 {
        return Ok(x.clone());
    }
    let (heads, own) = (q.size(-3), x.size(-3));
    if own == 0 || heads % own > 0 {
        bail!(
            OP,
            Shape,
            "{heads} heads of queries cannot share {own} heads"
        );
    }
    let at = x.dim() - 2;
    let wide: Dims = x.dims().insert(at, heads / own);
    let shape = x.dims().with(at - 1, heads);
    Ok(x.unsqueeze(at as isize).expand(wide).reshape(shape))
}

#[cfg(test)]
mod tests {
    use super::{AttentionOptions, Causal, scaled_dot_product_attention};
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        plain,
        |q, k, v| scaled_dot_product_attention(q, k, v, None),
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 2]; no scalar
    );
    gradcheck_test!(
        causal,
        |q, k, v| scaled_dot_product_attention(q, k, v, Causal),
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 2]; no scalar
    );
    gradcheck_test!(
        lengths,
        |q, k, v| scaled_dot_product_attention(q, k, v, &Tensor::from([[1, 0, 5], [2, 3, 4]])),
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 2]; no empty, scalar
    );
    gradcheck_test!(
        added,
        |q, k, v, m| scaled_dot_product_attention(q, k, v, m),
        [2, 3, 4],
        [2, 5, 4],
        [2, 5, 2],
        [3, 5]; no scalar
    );
    gradcheck_test!(
        shared,
        |q, k, v| AttentionOptions::new()
            .enable_gqa(true)
            .with_weights(q, k, v, None),
        [4, 3, 2],
        [2, 5, 2],
        [2, 5, 2]; no empty, scalar
    );

    #[test]
    fn the_same_mask_in_every_form_gives_the_same() {
        let [q, k, v] = [
            Tensor::randn([2, 3, 4]),
            Tensor::randn([2, 3, 4]),
            Tensor::randn([2, 3, 4]),
        ];
        let causal = scaled_dot_product_attention(&q, &k, &v, Causal);
        let lower = Tensor::from([
            [true, false, false],
            [true, true, false],
            [true, true, true],
        ]);
        assert!(causal.allclose(
            &scaled_dot_product_attention(&q, &k, &v, &lower),
            1e-5,
            1e-6
        ));
        let lengths = Tensor::from([[1, 2, 3], [1, 2, 3]]);
        assert!(causal.allclose(
            &scaled_dot_product_attention(&q, &k, &v, &lengths),
            1e-5,
            1e-6
        ));
    }

    #[test]
    fn a_query_without_keys_gets_zeros() {
        let x = Tensor::ones([1, 2, 4]);
        let none = Tensor::from([[false, false], [true, true]]);
        let y = scaled_dot_product_attention(&x, &x, &x, &none);
        assert_eq!(y, Tensor::from([[[0.0; 4], [1.0; 4]]]));
    }
}
