//! A layer of a transformer's decoder.
use super::{
    Dropout, LayerNorm, Linear, MultiheadAttention,
    residual::{Activation, Residual, feed_forward, transformer_options},
};
use crate::{
    Module,
    module::{Refusal, Scoped},
};
use d2l_core::{AttentionMask, Tensor};
use std::sync::Arc;

/// Self-attention, attention to an encoder's results and a position-wise network, each with a connection
/// around it and a norm (PyTorch's `nn.TransformerDecoderLayer`, the book's `TransformerDecoderBlock`,
/// 11.7).
///
/// `x = norm1(x + self_attn(x))`, `x = norm2(x + multihead_attn(x, memory))`, then
/// `norm3(x + linear2(relu(linear1(x))))`; with `norm_first` the norms come before the sub-layers.
///
/// Shapes: `x [length, n, d_model]` and `memory [keys, n, d_model]` (`[n, length, d_model]` and so on with
/// `batch_first`; without `n` for a single example) to the shape of `x`. Masks are those of
/// [`MultiheadAttention`].
///
/// ```
/// use d2l::prelude::*;
/// let layer = TransformerDecoderLayer::new(8, 2).dim_feedforward(16).batch_first(true);
/// let (x, memory) = (Tensor::ones([3, 5, 8]), Tensor::ones([3, 7, 8]));
/// let y = layer.forward(&x, &memory, Causal, &Tensor::from([7, 2, 1]));
/// assert_eq!(y.shape(), [3, 5, 8]);
/// ```
#[derive(Module)]
pub struct TransformerDecoderLayer {
    /// Attention of the input to itself.
    pub self_attn: MultiheadAttention,
    /// Attention of the input to the memory.
    pub multihead_attn: MultiheadAttention,
    /// From `d_model` to `dim_feedforward` features.
    pub linear1: Linear,
    /// Between both linear layers.
    pub dropout: Dropout,
    /// Back to `d_model` features.
    pub linear2: Linear,
    /// The norm of the self-attention.
    pub norm1: LayerNorm,
    /// The norm of the attention to the memory.
    pub norm2: LayerNorm,
    /// The norm of the position-wise network.
    pub norm3: LayerNorm,
    /// Of the self-attention's results.
    pub dropout1: Dropout,
    /// Of the results of the attention to the memory.
    pub dropout2: Dropout,
    /// Of the position-wise network's results.
    pub dropout3: Dropout,
    #[module(skip)]
    activation: Activation,
    norm_first: bool,
}

transformer_options!(
    TransformerDecoderLayer,
    [self_attn multihead_attn],
    [norm1 norm2 norm3],
    [dropout dropout1 dropout2 dropout3]
);

impl TransformerDecoderLayer {
    /// A layer of `d_model` features with attention in `nhead` heads.
    ///
    /// # Panics
    /// If a number is 0, or the features cannot be divided into so many heads.
    #[track_caller]
    pub fn new(d_model: usize, nhead: usize) -> TransformerDecoderLayer {
        let (norm, dropout) = (|| LayerNorm::new(d_model), || Dropout::new(0.1));
        TransformerDecoderLayer {
            self_attn: MultiheadAttention::new(d_model, nhead).dropout(0.1),
            multihead_attn: MultiheadAttention::new(d_model, nhead).dropout(0.1),
            linear1: Linear::new(d_model, 2048),
            dropout: dropout(),
            linear2: Linear::new(2048, d_model),
            norm1: norm(),
            norm2: norm(),
            norm3: norm(),
            dropout1: dropout(),
            dropout2: dropout(),
            dropout3: dropout(),
            activation: Arc::new(Tensor::relu),
            norm_first: false,
        }
    }

    fn run(
        &self,
        x: &Tensor,
        memory: &Tensor,
        own: AttentionMask,
        of_memory: AttentionMask,
    ) -> Result<Tensor, Refusal> {
        let residual = Residual {
            norm_first: self.norm_first,
        };
        let attend = |x: &Tensor| {
            let attended = self.self_attn.apply(x, x, own);
            attended.map_err(|r| r.inside("self_attn"))
        };
        let look = |x: &Tensor| {
            let attended = self.multihead_attn.apply(x, memory, of_memory);
            attended.map_err(|r| r.inside("multihead_attn"))
        };
        let network = |x: &Tensor| {
            feed_forward(
                x,
                &self.linear1,
                &self.activation,
                &self.dropout,
                &self.linear2,
            )
        };
        Scoped(self).__enter(|| {
            let (norm, dropout) = (("norm1", &self.norm1), ("dropout1", &self.dropout1));
            let x = residual.around(x, norm, dropout, attend)?;
            let (norm, dropout) = (("norm2", &self.norm2), ("dropout2", &self.dropout2));
            let x = residual.around(&x, norm, dropout, look)?;
            let (norm, dropout) = (("norm3", &self.norm3), ("dropout3", &self.dropout3));
            residual.around(&x, norm, dropout, network)
        })
    }
}

forward_with! {
    /// `x` after all three sub-layers, where `mask` says who of `x` may attend to whom, and
    /// `memory_mask` who of `x` may attend to what of `memory`.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    TransformerDecoderLayer<M, N>,
    |this, x, memory: &'a Tensor, mask: M, memory_mask: N| -> Tensor, |y| y,
    this.run(x, memory, mask.into(), memory_mask.into())
}
