//! A whole transformer.
use super::{
    LayerNorm, TransformerDecoder, TransformerDecoderLayer, TransformerEncoder,
    TransformerEncoderLayer,
};
use crate::{
    Module,
    module::{Forward, ModuleExt, Refusal, Scoped, init::XavierUniform},
};
use d2l_core::{AttentionMask, Tensor};

/// An encoder and a decoder that attends to its results (PyTorch's `nn.Transformer`, book 11.7), without
/// embeddings and without a layer for its outputs.
///
/// Shapes: `src [keys, n, d_model]` and `tgt [length, n, d_model]` (`[n, keys, d_model]` and so on with
/// `batch_first`) to the shape of `tgt`. Masks are those of [`MultiheadAttention`](super::MultiheadAttention).
/// All weights of more than one axis start uniform in ±√(6 / (rows + columns)).
///
/// PyTorch's `d_model` and `nhead` have defaults (512 and 8); here they are given.
///
/// ```
/// use d2l::prelude::*;
/// let net = Transformer::new(8, 2)
///     .num_encoder_layers(1)
///     .num_decoder_layers(1)
///     .dim_feedforward(16)
///     .batch_first(true);
/// let (src, tgt) = (Tensor::ones([3, 7, 8]), Tensor::ones([3, 5, 8]));
/// let lengths = Tensor::from([7, 2, 4]);
/// let y = net.forward(&src, &tgt, &lengths, Causal, &lengths);
/// assert_eq!(y.shape(), [3, 5, 8]);
/// ```
#[derive(Module)]
pub struct Transformer {
    /// Reads `src`.
    pub encoder: TransformerEncoder,
    /// Writes, given `tgt` and what the encoder has read.
    pub decoder: TransformerDecoder,
}

impl Transformer {
    /// Six layers of `d_model` features each with attention in `nhead` heads, in encoder and decoder.
    ///
    /// # Panics
    /// If a number is 0, or the features cannot be divided into so many heads.
    #[track_caller]
    pub fn new(d_model: usize, nhead: usize) -> Transformer {
        let encoder = TransformerEncoder::new(TransformerEncoderLayer::new(d_model, nhead), 6);
        let decoder = TransformerDecoder::new(TransformerDecoderLayer::new(d_model, nhead), 6);
        Transformer {
            encoder: encoder.norm(LayerNorm::new(d_model)),
            decoder: decoder.norm(LayerNorm::new(d_model)),
        }
        .reset()
    }

    /// Xavier's distribution for all weights.
    fn reset(self) -> Transformer {
        for p in self.parameters() {
            if p.dim() > 1 {
                p.init(XavierUniform::new());
            }
        }
        self
    }

    /// The layers of the encoder (6). Parameters are drawn anew.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    #[track_caller]
    pub fn num_encoder_layers(self, n: usize) -> Transformer {
        let encoder = TransformerEncoder {
            norm: self.encoder.norm,
            ..TransformerEncoder::new(self.encoder.layers[0].clone(), n)
        };
        Transformer { encoder, ..self }.reset()
    }

    /// The layers of the decoder (6). Parameters are drawn anew.
    ///
    /// # Panics
    /// If there are none.
    #[must_use]
    #[track_caller]
    pub fn num_decoder_layers(self, n: usize) -> Transformer {
        let decoder = TransformerDecoder {
            norm: self.decoder.norm,
            ..TransformerDecoder::new(self.decoder.layers[0].clone(), n)
        };
        Transformer { decoder, ..self }.reset()
    }

    /// Every layer changed.
    fn map(
        self,
        encoder: impl Fn(TransformerEncoderLayer) -> TransformerEncoderLayer,
        decoder: impl Fn(TransformerDecoderLayer) -> TransformerDecoderLayer,
    ) -> Transformer {
        Transformer {
            encoder: TransformerEncoder {
                layers: self.encoder.layers.into_iter().map(encoder).collect(),
                norm: self.encoder.norm,
            },
            decoder: TransformerDecoder {
                layers: self.decoder.layers.into_iter().map(decoder).collect(),
                norm: self.decoder.norm,
            },
        }
    }

    /// Both norms at the end changed.
    fn map_norms(mut self, f: impl Fn(LayerNorm) -> LayerNorm) -> Transformer {
        self.encoder.norm = self.encoder.norm.map(&f);
        self.decoder.norm = self.decoder.norm.map(&f);
        self
    }

    /// The features between the linear layers of each layer (2048). Parameters are drawn anew.
    #[must_use]
    pub fn dim_feedforward(self, n: usize) -> Transformer {
        self.map(|l| l.dim_feedforward(n), |l| l.dim_feedforward(n))
            .reset()
    }

    /// The probability of dropout in every layer (0.1).
    ///
    /// # Panics
    /// If it is not between 0 and 1.
    #[must_use]
    #[track_caller]
    pub fn dropout(self, p: f64) -> Transformer {
        self.map(|l| l.dropout(p), |l| l.dropout(p))
    }

    /// The function between the linear layers of each layer (`Tensor::relu`).
    #[must_use]
    pub fn activation(
        self,
        f: impl Fn(&Tensor) -> Tensor + Clone + Send + Sync + 'static,
    ) -> Transformer {
        self.map(|l| l.activation(f.clone()), |l| l.activation(f.clone()))
    }

    /// What all norms add to the variance (1e-5).
    #[must_use]
    pub fn layer_norm_eps(self, eps: f64) -> Transformer {
        self.map(|l| l.layer_norm_eps(eps), |l| l.layer_norm_eps(eps))
            .map_norms(|norm| norm.eps(eps))
    }

    /// Inputs and results are `[n, length, d_model]` instead of `[length, n, d_model]` (no).
    #[must_use]
    pub fn batch_first(self, on: bool) -> Transformer {
        self.map(|l| l.batch_first(on), |l| l.batch_first(on))
    }

    /// Norms come before their sub-layers instead of after them (no).
    #[must_use]
    pub fn norm_first(self, on: bool) -> Transformer {
        self.map(|l| l.norm_first(on), |l| l.norm_first(on))
    }

    /// With or without biases, those of the norms included (with). Parameters are drawn anew.
    #[must_use]
    pub fn bias(self, on: bool) -> Transformer {
        self.map(|l| l.bias(on), |l| l.bias(on))
            .map_norms(|norm| norm.bias(on))
            .reset()
    }

    fn run(
        &self,
        src: &Tensor,
        tgt: &Tensor,
        [of_src, of_tgt, of_memory]: [AttentionMask; 3],
    ) -> Result<Tensor, Refusal> {
        Scoped(self).__enter(|| {
            let memory = self.encoder.try_call((src, of_src));
            let memory = memory.map_err(|r| r.inside("encoder"))?;
            let y = self.decoder.try_call((tgt, &memory, of_tgt, of_memory));
            y.map_err(|r| r.inside("decoder"))
        })
    }
}

forward_with! {
    /// What the decoder makes of `tgt` and of the encoder's results on `src`. The masks say who of `src`
    /// may attend to whom, who of `tgt`, and who of `tgt` to what of `src`.
    ///
    /// # Panics
    /// If shapes or dtypes do not fit.
    Transformer<L, M, N>,
    |this, src, tgt: &'a Tensor, src_mask: L, tgt_mask: M, memory_mask: N| -> Tensor, |y| y,
    this.run(src, tgt, [src_mask.into(), tgt_mask.into(), memory_mask.into()])
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    fn small() -> Transformer {
        Transformer::new(4, 2)
            .num_encoder_layers(2)
            .num_decoder_layers(1)
            .dim_feedforward(8)
    }

    #[test]
    fn weights_start_as_xavier_s_and_layers_differ() {
        let net = small()
            .bias(false)
            .layer_norm_eps(1e-6)
            .norm_first(true)
            .activation(Tensor::gelu);
        assert_eq!(net.parameters().len(), 2 * 6 + 9 + 2);
        let first = |i: usize| net.encoder.layers[i].linear1.weight.copy();
        assert_ne!(first(0), first(1));
        let bound = (6.0f64 / 12.0).sqrt();
        assert!(first(0).abs().max().item() <= bound);
        let src = Tensor::ones([3, 2, 4]);
        assert_eq!(
            net.forward(&src, &src, None, Causal, None).shape(),
            [3, 2, 4]
        );
    }

    #[test]
    #[should_panic(expected = "(in decoder.layers.0.self_attn, MultiheadAttention)")]
    fn a_refusal_names_the_whole_path() {
        let _ = small().forward(
            &Tensor::zeros([3, 1, 4]),
            &Tensor::zeros([3, 1, 5]),
            None,
            None,
            None,
        );
    }
}
