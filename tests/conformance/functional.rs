//! Softmax and its relatives, normalisation, embedding, attention, resampling and dropout.
use super::args::{Args, Outcome, Value};
use d2l_core::{
    AttentionMask, AttentionOptions, Bag, Causal, DType, EmbeddingBagOptions, EmbeddingOptions,
    GridSampleOptions, Interpolate, InterpolationMode, MultiHead, Tensor,
};

/// Calls the operation `op` (with its variant: `max__binary`); `None` if there is no mapping for it
/// or for these arguments.
pub fn call(op: &str, a: &Args) -> Option<Outcome> {
    if let Some(y) = softmax(op, a) {
        return Some(y.into());
    }
    let op = op.strip_prefix("nn.functional.")?;
    if op == "multi_head_attention_forward" {
        return multi_head(a);
    }
    let op = op.split_once("__").map_or(op, |(op, _)| op);
    normalised(op, a)
        .or_else(|| looked_up(op, a))
        .or_else(|| sampled(op, a))
        .or_else(|| dropped(op, a))
        .map(Outcome::from)
}

fn number(a: &Args, at: usize, name: &str, default: f64) -> f64 {
    a.float(at, name).unwrap_or(default)
}

fn flag(a: &Args, at: usize, name: &str, default: bool) -> bool {
    a.bool(at, name).unwrap_or(default)
}

fn softmax(op: &str, a: &Args) -> Option<Tensor> {
    let f = match op.split_once("__").map_or(op, |(op, _)| op) {
        "softmax" => Tensor::softmax,
        "log_softmax" => Tensor::log_softmax,
        "nn.functional.softmin" => Tensor::softmin,
        "nn.functional.relu" => return Some(a.t(0).relu()),
        _ => return None,
    };
    let dim = a.dim(1, "dim")?;
    Some(match a.dtype(usize::MAX, "dtype") {
        Some(dtype) => f(&a.t(0).to_dtype(dtype), dim),
        None => f(a.t(0), dim),
    })
}

fn normalised(op: &str, a: &Args) -> Option<Tensor> {
    let x = a.t(0);
    Some(match op {
        "layer_norm" => {
            let (weight, bias) = (a.tensor(2, "weight"), a.tensor(3, "bias"));
            x.layer_norm(
                a.sizes(1, "normalized_shape")?,
                weight,
                bias,
                number(a, 4, "eps", 1e-5),
            )
        }
        "rms_norm" => {
            let shape = a.sizes(1, "normalized_shape")?;
            x.rms_norm(shape, a.tensor(2, "weight"), a.float(3, "eps"))
        }
        "group_norm" => {
            let (weight, bias) = (a.tensor(2, "weight"), a.tensor(3, "bias"));
            let groups = usize::try_from(a.int(1, "num_groups")?).unwrap_or(0);
            x.group_norm(groups, weight, bias, number(a, 4, "eps", 1e-5))
        }
        "batch_norm" => {
            let running = a.tensor(1, "running_mean").zip(a.tensor(2, "running_var"));
            let (weight, bias) = (a.tensor(3, "weight"), a.tensor(4, "bias"));
            let training = flag(a, 5, "training", false);
            let (momentum, eps) = (number(a, 6, "momentum", 0.1), number(a, 7, "eps", 1e-5));
            x.batch_norm(running, weight, bias, training, momentum, eps)
        }
        "instance_norm" => {
            let running = a.tensor(1, "running_mean").zip(a.tensor(2, "running_var"));
            let (weight, bias) = (a.tensor(3, "weight"), a.tensor(4, "bias"));
            let own = flag(a, 5, "use_input_stats", true);
            let (momentum, eps) = (number(a, 6, "momentum", 0.1), number(a, 7, "eps", 1e-5));
            x.instance_norm(running, weight, bias, own, momentum, eps)
        }
        "local_response_norm" => {
            let size = a.int(1, "size")? as usize;
            let (alpha, beta) = (number(a, 2, "alpha", 1e-4), number(a, 3, "beta", 0.75));
            x.local_response_norm(size, alpha, beta, number(a, 4, "k", 1.0))
        }
        "normalize" => {
            let (p, dim) = (number(a, 1, "p", 2.0), a.dim(2, "dim").unwrap_or(1));
            x.normalize(p, dim, number(a, 3, "eps", 1e-12))
        }
        _ => return None,
    })
}

fn looked_up(op: &str, a: &Args) -> Option<Tensor> {
    Some(match op {
        "embedding" => {
            let mut options = EmbeddingOptions::new().norm_type(number(a, 4, "norm_type", 2.0));
            options = options.scale_grad_by_freq(flag(a, 5, "scale_grad_by_freq", false));
            if let Some(padding) = a.int(2, "padding_idx") {
                options = options.padding_idx(padding);
            }
            if let Some(max) = a.float(3, "max_norm") {
                options = options.max_norm(max);
            }
            options.forward(a.t(0), a.tensor(1, "weight")?)
        }
        "embedding_bag" => {
            let mut options = EmbeddingBagOptions::new().norm_type(number(a, 4, "norm_type", 2.0));
            options = options.mode(match a.str(6, "mode") {
                Some("sum") => Bag::Sum,
                Some("max") => Bag::Max,
                _ => Bag::Mean,
            });
            options = options.scale_grad_by_freq(flag(a, 5, "scale_grad_by_freq", false));
            options = options.include_last_offset(flag(a, 9, "include_last_offset", false));
            if let Some(padding) = a.int(10, "padding_idx") {
                options = options.padding_idx(padding);
            }
            if let Some(max) = a.float(3, "max_norm") {
                options = options.max_norm(max);
            }
            if let Some(offsets) = a.tensor(2, "offsets") {
                options = options.offsets(offsets);
            }
            if let Some(weights) = a.tensor(8, "per_sample_weights") {
                options = options.per_sample_weights(weights);
            }
            options.forward(a.t(0), a.tensor(1, "weight")?)
        }
        "scaled_dot_product_attention" => {
            let mut options = AttentionOptions::new().dropout(number(a, 4, "dropout_p", 0.0));
            options = options.enable_gqa(flag(a, usize::MAX, "enable_gqa", false));
            if let Some(scale) = a.float(usize::MAX, "scale") {
                options = options.scale(scale);
            }
            let (q, k, v) = (a.t(0), a.t(1), a.t(2));
            if flag(a, 5, "is_causal", false) {
                options.forward(q, k, v, Causal)
            } else {
                options.forward(q, k, v, a.tensor(3, "attn_mask"))
            }
        }
        _ => return None,
    })
}

/// PyTorch's order of arguments, time before batch, and masks in which true means: not this one.
fn multi_head(a: &Args) -> Option<Outcome> {
    let batch = a.t(0).dim() == 3;
    let turned = |x: &Tensor| if batch { x.transpose(0, 1) } else { x.clone() };
    let (q, k, v) = (turned(a.t(0)), turned(a.t(1)), turned(a.t(2)));
    let (heads, out) = (
        a.int(4, "num_heads")? as usize,
        a.tensor(11, "out_proj_weight")?,
    );
    let mut attention = if flag(a, usize::MAX, "use_separate_proj_weight", false) {
        let weight = |name: &str| a.tensor(usize::MAX, name);
        let names = ["q_proj_weight", "k_proj_weight", "v_proj_weight"];
        let [q, k, v] = names.map(weight);
        MultiHead::separate(heads, [q?, k?, v?], out)
    } else {
        MultiHead::packed(heads, a.tensor(5, "in_proj_weight")?, out)
    };
    if let Some(bias) = a.tensor(6, "in_proj_bias") {
        attention = attention.in_bias(bias);
    }
    if let Some((key, value)) = a.tensor(7, "bias_k").zip(a.tensor(8, "bias_v")) {
        attention = attention.bias_kv(key, value);
    }
    if let Some(bias) = a.tensor(12, "out_proj_bias") {
        attention = attention.out_bias(bias);
    }
    let training = flag(a, 13, "training", true);
    let dropout = if training {
        a.float(10, "dropout_p")?
    } else {
        0.0
    };
    let attention = attention
        .add_zero(flag(a, 9, "add_zero_attn", false))
        .dropout(dropout);
    let masks = [a.tensor(16, "attn_mask"), a.tensor(14, "key_padding_mask")];
    let (y, weights) = attention.forward(&q, &k, &v, mask(masks, &q, heads));
    if !flag(a, 15, "need_weights", true) {
        return Some(turned(&y).into());
    }
    let average = flag(a, usize::MAX, "average_attn_weights", true);
    let weights = if average {
        weights.mean_dim(-3)
    } else {
        weights
    };
    Some((turned(&y), weights).into())
}

/// Two masks of PyTorch, one of scores and one of the keys of each example, as one that is added.
pub fn mask([scores, keys]: [Option<&Tensor>; 2], q: &Tensor, heads: usize) -> AttentionMask {
    let added = |m: &Tensor| match m.dtype() {
        DType::Bool => Tensor::zeros(m.shape()).masked_fill(m, f64::NEG_INFINITY),
        _ => m.clone(),
    };
    let of_heads = |m: Tensor| match *m.shape() {
        [n, l, s] if q.dim() == 3 => m.reshape([n / heads, heads, l, s]),
        _ => m,
    };
    let attention = scores.map(|m| of_heads(added(m)));
    let padding = keys.map(|m| match *m.shape() {
        [n, s] => added(m).reshape([n, 1, 1, s]),
        _ => added(m),
    });
    match (attention, padding) {
        (Some(a), Some(p)) => AttentionMask::Tensor(a + p),
        (Some(m), None) | (None, Some(m)) => AttentionMask::Tensor(m),
        (None, None) => AttentionMask::None,
    }
}

fn sampled(op: &str, a: &Args) -> Option<Tensor> {
    let named = |at, name, default| a.str(at, name).unwrap_or(default);
    Some(match op {
        "interpolate" | "upsample" => interpolate(a, named(3, "mode", "nearest"))?,
        "upsample_nearest" => interpolate(a, "nearest")?,
        "upsample_bilinear" => {
            let mode = if a.t(0).dim() == 5 {
                "trilinear"
            } else {
                "bilinear"
            };
            resize(a)?
                .mode(parsed(mode))
                .align_corners(true)
                .forward(a.t(0))
        }
        "grid_sample" => {
            let options = GridSampleOptions::new().mode(parsed(named(2, "mode", "bilinear")));
            let options = options.padding_mode(parsed(named(3, "padding_mode", "zeros")));
            let options = options.align_corners(flag(a, 4, "align_corners", false));
            options.forward(a.t(0), a.t(1))
        }
        "affine_grid" => {
            let align = flag(a, 2, "align_corners", false);
            a.t(0).affine_grid(a.dims(1, "size")?, align)
        }
        _ => return None,
    })
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(name: &str) -> T {
    name.parse().unwrap_or_else(|e| panic!("{e}"))
}

fn resize(a: &Args) -> Option<Interpolate> {
    match a.get(1, "size") {
        Some(_) => Some(Interpolate::size(a.dims(1, "size")?)),
        None => Some(Interpolate::scale_factor(a.floats(2, "scale_factor")?)),
    }
}

fn interpolate(a: &Args, mode: &str) -> Option<Tensor> {
    let to = resize(a)?.mode(parsed::<InterpolationMode>(mode));
    let to = to.align_corners(flag(a, 4, "align_corners", false));
    let to = to.recompute_scale_factor(flag(a, 5, "recompute_scale_factor", false));
    Some(to.antialias(flag(a, 6, "antialias", false)).forward(a.t(0)))
}

/// Random results cannot be compared, but without training nothing is random.
fn dropped(op: &str, a: &Args) -> Option<Tensor> {
    let f = match op {
        "dropout" => Tensor::dropout,
        "dropout1d" | "dropout2d" | "dropout3d" => Tensor::feature_dropout,
        "alpha_dropout" => Tensor::alpha_dropout,
        "feature_alpha_dropout" => Tensor::feature_alpha_dropout,
        _ => return None,
    };
    let default = !matches!(op, "alpha_dropout" | "feature_alpha_dropout");
    let p = a.get(1, "p").map_or(0.5, Value::float);
    Some(f(a.t(0), p, flag(a, 2, "training", default)))
}
