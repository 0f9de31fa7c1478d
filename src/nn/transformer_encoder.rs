//! The encoder of a transformer.
use super::{LayerNorm, ModuleList, TransformerEncoderLayer, residual::pass};
use crate::{
    Module,
    module::{Forward, Refusal, Scoped},
};
use d2l_core::{AttentionMask, Tensor};

/// Encoder layers one above the other, perhaps with a norm at the end (PyTorch's
/// `nn.TransformerEncoder`, book 11.7).
///
/// ```
/// use d2l::prelude::*;
/// let layer = TransformerEncoderLayer::new(8, 2).dim_feedforward(16);
/// let encoder = TransformerEncoder::new(layer, 2).norm(LayerNorm::new(8));
/// assert_eq!(encoder.forward(&Tensor::ones([5, 3, 8]), None).shape(), [5, 3, 8]);
/// assert_eq!(encoder.layers.len(), 2);
/// ```
#[derive(Module)]
pub struct TransformerEncoder {
    /// The layers.
    pub layers: ModuleList<TransformerEncoderLayer>,
    /// The norm at the end.
    pub norm: Option<LayerNorm>,
}

impl TransformerEncoder {
    /// `num_layers` copies of `layer`, all with its values, without a norm at the end.
    ///
    /// # Panics
    /// If `num_layers` is 0.
    #[track_caller]
    pub fn new(layer: TransformerEncoderLayer, num_layers: usize) -> TransformerEncoder {
        assert!(
            num_layers > 0,
            "TransformerEncoder: num_layers must be at least 1, not 0"
        );
        TransformerEncoder {
            layers: (0..num_layers).map(|_| layer.clone()).collect(),
            norm: None,
        }
    }

    /// With this norm at the end (none).
    #[must_use]
    pub fn norm(mut self, norm: LayerNorm) -> TransformerEncoder {
        self.norm = Some(norm);
        self
    }

    fn run(&self, x: &Tensor, mask: &AttentionMask) -> Result<Tensor, Refusal> {
        Scoped(self).__enter(|| {
            let mut y = x.clone();
            for (i, layer) in self.layers.iter().enumerate() {
                let next = layer.try_call((&y, mask));
                y = next.map_err(|r| r.inside(i).inside("layers"))?;
            }
            self.norm
                .as_ref()
                .map_or(Ok(y.clone()), |norm| pass(("norm", norm), &y))
        })
    }
}

forward_with! {
    /// `x` after all layers; `mask` holds for each of them.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    TransformerEncoder<M>, |this, x, mask: M| -> Tensor, |y| y, this.run(x, &mask.into())
}

/// Without a mask it is a layer of one tensor.
impl<'a> Forward<(&'a Tensor,)> for TransformerEncoder {
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
    #[should_panic(expected = "(in layers.0.self_attn, MultiheadAttention)")]
    fn a_refusal_names_the_layer() {
        let encoder = TransformerEncoder::new(TransformerEncoderLayer::new(4, 2), 2);
        let _ = encoder.forward(&Tensor::zeros([2, 1, 3]), None);
    }
}
