//! A layer of a transformer's encoder.
use super::{
    Dropout, LayerNorm, Linear, MultiheadAttention,
    residual::{Activation, Residual, feed_forward, transformer_options},
};
use crate::{
    Module,
    module::{Forward, Refusal, Scoped},
};
use d2l_core::{AttentionMask, Tensor};
use std::sync::Arc;

/// Self-attention and a position-wise network, each with a connection around it and a norm (PyTorch's
/// `nn.TransformerEncoderLayer`, the book's `TransformerEncoderBlock`, 11.7).
///
/// `x = norm1(x + self_attn(x))`, then `norm2(x + linear2(relu(linear1(x))))`; with `norm_first` the
/// norms come before the sub-layers.
///
/// Shapes: `x [length, n, d_model]` (`[n, length, d_model]` with `batch_first`; `[length, d_model]` for a
/// single example) to the same. Masks are those of [`MultiheadAttention`].
///
/// ```
/// use d2l::prelude::*;
/// let layer = TransformerEncoderLayer::new(8, 2).dim_feedforward(16).batch_first(true);
/// let x = Tensor::ones([3, 5, 8]);
/// assert_eq!(layer.forward(&x, Causal).shape(), [3, 5, 8]);
/// ```
#[derive(Module)]
pub struct TransformerEncoderLayer {
    /// Attention of the input to itself.
    pub self_attn: MultiheadAttention,
    /// From `d_model` to `dim_feedforward` features.
    pub linear1: Linear,
    /// Between both linear layers.
    pub dropout: Dropout,
    /// Back to `d_model` features.
    pub linear2: Linear,
    /// The norm of the attention.
    pub norm1: LayerNorm,
    /// The norm of the position-wise network.
    pub norm2: LayerNorm,
    /// Of the attention's results.
    pub dropout1: Dropout,
    /// Of the position-wise network's results.
    pub dropout2: Dropout,
    #[module(skip)]
    pub(super) activation: Activation,
    norm_first: bool,
}

transformer_options!(
    TransformerEncoderLayer,
    [self_attn],
    [norm1 norm2],
    [dropout dropout1 dropout2]
);

impl TransformerEncoderLayer {
    /// A layer of `d_model` features with attention in `nhead` heads.
    ///
    /// # Panics
    /// If a number is 0, or the features cannot be divided into so many heads.
    #[track_caller]
    pub fn new(d_model: usize, nhead: usize) -> TransformerEncoderLayer {
        let (norm, dropout) = (|| LayerNorm::new(d_model), || Dropout::new(0.1));
        TransformerEncoderLayer {
            self_attn: MultiheadAttention::new(d_model, nhead).dropout(0.1),
            linear1: Linear::new(d_model, 2048),
            dropout: dropout(),
            linear2: Linear::new(2048, d_model),
            norm1: norm(),
            norm2: norm(),
            dropout1: dropout(),
            dropout2: dropout(),
            activation: Arc::new(Tensor::relu),
            norm_first: false,
        }
    }

    fn run(&self, x: &Tensor, mask: AttentionMask) -> Result<Tensor, Refusal> {
        let residual = Residual {
            norm_first: self.norm_first,
        };
        let attend = |x: &Tensor| {
            let attended = self.self_attn.apply(x, x, mask);
            attended.map_err(|r| r.inside("self_attn"))
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
            residual.around(&x, norm, dropout, network)
        })
    }
}

forward_with! {
    /// `x` after both sub-layers, where `mask` says who may attend to whom.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    TransformerEncoderLayer<M>, |this, x, mask: M| -> Tensor, |y| y, this.run(x, mask.into())
}

/// Without a mask it is a layer of one tensor.
impl<'a> Forward<(&'a Tensor,)> for TransformerEncoderLayer {
    type Output = Tensor;

    #[track_caller]
    fn call(&self, (x,): (&'a Tensor,)) -> Tensor {
        self.forward(x, AttentionMask::None)
    }

    fn try_call(&self, (x,): (&'a Tensor,)) -> Result<Tensor, Refusal> {
        self.try_forward(x, AttentionMask::None)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn parts_are_named_as_pytorch_s() {
        let layer = TransformerEncoderLayer::new(4, 2).dim_feedforward(3);
        let names: Vec<_> = layer.named_parameters().into_iter().map(|p| p.0).collect();
        let expected = [
            "self_attn.in_proj_weight",
            "self_attn.in_proj_bias",
            "self_attn.out_proj.weight",
            "self_attn.out_proj.bias",
            "linear1.weight",
            "linear1.bias",
            "linear2.weight",
            "linear2.bias",
            "norm1.weight",
            "norm1.bias",
            "norm2.weight",
            "norm2.bias",
        ];
        assert_eq!(names, expected);
        assert_eq!(layer.bias(false).parameters().len(), 6);
    }

    #[test]
    #[should_panic(expected = "(in 0.self_attn, MultiheadAttention)")]
    fn a_refusal_names_the_part_and_the_place() {
        let _ = sequential![TransformerEncoderLayer::new(4, 2)].forward(&Tensor::zeros([2, 1, 3]));
    }

    #[test]
    fn nothing_is_dropped_in_evaluation() {
        let layer = TransformerEncoderLayer::new(4, 2)
            .dim_feedforward(8)
            .dropout(0.5);
        layer.eval();
        let x = Tensor::randn([3, 1, 4]);
        assert_eq!(layer.forward(&x, None), layer.forward(&x, None));
        layer.train();
        assert_ne!(layer.forward(&x, None), layer.forward(&x, None));
    }
}
