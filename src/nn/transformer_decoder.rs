//! The decoder of a transformer.
use super::{LayerNorm, ModuleList, TransformerDecoderLayer, residual::pass};
use crate::{
    Module,
    module::{Forward, Refusal, Scoped},
};
use d2l_core::{AttentionMask, Tensor};

/// Decoder layers one above the other, perhaps with a norm at the end (PyTorch's
/// `nn.TransformerDecoder`, book 11.7).
///
/// ```
/// use d2l::prelude::*;
/// let layer = TransformerDecoderLayer::new(8, 2).dim_feedforward(16);
/// let decoder = TransformerDecoder::new(layer, 2);
/// let (x, memory) = (Tensor::ones([5, 3, 8]), Tensor::ones([7, 3, 8]));
/// assert_eq!(decoder.forward(&x, &memory, Causal, None).shape(), [5, 3, 8]);
/// ```
#[derive(Module)]
pub struct TransformerDecoder {
    /// The layers.
    pub layers: ModuleList<TransformerDecoderLayer>,
    /// The norm at the end.
    pub norm: Option<LayerNorm>,
}

impl TransformerDecoder {
    /// `num_layers` copies of `layer`, all with its values, without a norm at the end.
    ///
    /// # Panics
    /// If `num_layers` is 0.
    #[track_caller]
    pub fn new(layer: TransformerDecoderLayer, num_layers: usize) -> TransformerDecoder {
        assert!(
            num_layers > 0,
            "TransformerDecoder: num_layers must be at least 1, not 0"
        );
        TransformerDecoder {
            layers: (0..num_layers).map(|_| layer.clone()).collect(),
            norm: None,
        }
    }

    /// With this norm at the end (none).
    #[must_use]
    pub fn norm(mut self, norm: LayerNorm) -> TransformerDecoder {
        self.norm = Some(norm);
        self
    }

    fn run(
        &self,
        x: &Tensor,
        memory: &Tensor,
        own: &AttentionMask,
        of_memory: &AttentionMask,
    ) -> Result<Tensor, Refusal> {
        Scoped(self).__enter(|| {
            let mut y = x.clone();
            for (i, layer) in self.layers.iter().enumerate() {
                let next = layer.try_call((&y, memory, own, of_memory));
                y = next.map_err(|r| r.inside(i).inside("layers"))?;
            }
            self.norm
                .as_ref()
                .map_or(Ok(y.clone()), |norm| pass(("norm", norm), &y))
        })
    }
}

forward_with! {
    /// `x` after all layers; both masks hold for each of them.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    TransformerDecoder<M, N>,
    |this, x, memory: &'a Tensor, mask: M, memory_mask: N| -> Tensor, |y| y,
    this.run(x, memory, &mask.into(), &memory_mask.into())
}
