//! Attention and transformers.
use super::{Built, layer};
use crate::{
    args::{Args, Outcome},
    functional,
};
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    match name {
        "MultiheadAttention" => attention(c),
        "TransformerEncoderLayer" => encoder_layer(c),
        "TransformerDecoderLayer" => decoder_layer(c),
        _ => None,
    }
}

fn size(c: &Args, at: usize, name: &str) -> Option<usize> {
    Some(c.sizes(at, name)?[0])
}

fn flag(c: &Args, at: usize, name: &str, default: bool) -> bool {
    c.bool(at, name).unwrap_or(default)
}

fn attention(c: &Args) -> Option<Built> {
    let (features, heads) = (size(c, 0, "embed_dim")?, size(c, 1, "num_heads")?);
    let module = MultiheadAttention::new(features, heads)
        .dropout(c.float(2, "dropout").unwrap_or(0.0))
        .bias(flag(c, 3, "bias", true))
        .add_bias_kv(flag(c, 4, "add_bias_kv", false))
        .add_zero_attn(flag(c, 5, "add_zero_attn", false))
        .kdim(size(c, 6, "kdim").unwrap_or(features))
        .vdim(size(c, 7, "vdim").unwrap_or(features))
        .batch_first(flag(c, 8, "batch_first", false));
    layer(module, move |m, a| {
        let (q, k, v) = (a.t(0), a.t(1), a.t(2));
        let mask = mask(a, ["attn_mask", "key_padding_mask"], q, heads);
        // Whether weights are averaged is told in the call.
        let (y, weights) = match flag(a, usize::MAX, "average_attn_weights", true) {
            true => m.forward(q, k, v, mask),
            false => by_heads(m, features, heads).forward(q, k, v, mask),
        };
        Some(match flag(a, usize::MAX, "need_weights", true) {
            true => (y, weights).into(),
            false => Outcome::from(y),
        })
    })
}

/// The same parameters in a layer that does not average.
fn by_heads(m: &MultiheadAttention, features: usize, heads: usize) -> MultiheadAttention {
    let mut other = MultiheadAttention::new(features, heads)
        .batch_first(true)
        .average_attn_weights(false);
    other.in_proj_weight = m.in_proj_weight.clone();
    other.in_proj_bias = m.in_proj_bias.clone();
    other.out_proj.weight = m.out_proj.weight.clone();
    other.out_proj.bias = m.out_proj.bias.clone();
    other
}

/// Two masks of PyTorch as one of ours, for inputs like `x`.
fn mask(a: &Args, names: [&str; 2], x: &Tensor, heads: usize) -> AttentionMask {
    functional::mask(names.map(|name| a.tensor(usize::MAX, name)), x, heads)
}

/// The options that both layers share.
macro_rules! with_options {
    ($layer:expr, $c:expr) => {{
        let layer = $layer
            .dim_feedforward(size($c, 2, "dim_feedforward").unwrap_or(2048))
            .dropout($c.float(3, "dropout").unwrap_or(0.1))
            .layer_norm_eps($c.float(5, "layer_norm_eps").unwrap_or(1e-5))
            .batch_first(flag($c, 6, "batch_first", false))
            .norm_first(flag($c, 7, "norm_first", false))
            .bias(flag($c, 8, "bias", true));
        match $c.str(4, "activation") {
            Some("gelu") => layer.activation(Tensor::gelu),
            _ => layer,
        }
    }};
}

fn encoder_layer(c: &Args) -> Option<Built> {
    let (d_model, heads) = (size(c, 0, "d_model")?, size(c, 1, "nhead")?);
    let module = with_options!(TransformerEncoderLayer::new(d_model, heads), c);
    layer(module, move |m, a| {
        let mask = mask(a, ["src_mask", "src_key_padding_mask"], a.t(0), heads);
        Some(m.forward(a.t(0), mask).into())
    })
}

fn decoder_layer(c: &Args) -> Option<Built> {
    let (d_model, heads) = (size(c, 0, "d_model")?, size(c, 1, "nhead")?);
    let module = with_options!(TransformerDecoderLayer::new(d_model, heads), c);
    layer(module, move |m, a| {
        let (x, memory) = (a.t(0), a.t(1));
        let own = mask(a, ["tgt_mask", "tgt_key_padding_mask"], x, heads);
        let of_memory = mask(a, ["memory_mask", "memory_key_padding_mask"], x, heads);
        Some(m.forward(x, memory, own, of_memory).into())
    })
}
