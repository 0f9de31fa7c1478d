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
        let mask = functional::mask(
            ["attn_mask", "key_padding_mask"].map(|name| a.tensor(usize::MAX, name)),
            q,
            heads,
        );
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
