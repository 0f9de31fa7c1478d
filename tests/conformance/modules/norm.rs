//! Normalisation.
use super::{Built, unary};
use crate::args::{Args, Value};
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    if name.contains("BatchNorm") || name.contains("InstanceNorm") {
        return of_channels(name, c);
    }
    let eps = |at| c.float(at, "eps");
    match name {
        "LayerNorm" => {
            let layer = LayerNorm::new(c.dims(0, "normalized_shape")?);
            let layer = layer.eps(eps(1).unwrap_or(1e-5));
            let layer = layer.elementwise_affine(flag(c, 2, "elementwise_affine", true));
            unary(layer.bias(flag(c, 3, "bias", true)))
        }
        "RMSNorm" => {
            let layer = RMSNorm::new(c.dims(0, "normalized_shape")?).eps(eps(1));
            unary(layer.elementwise_affine(flag(c, 2, "elementwise_affine", true)))
        }
        "GroupNorm" => {
            let size = |at, name| c.int(at, name).map(|n| usize::try_from(n).unwrap_or(0));
            let layer = GroupNorm::new(size(0, "num_groups")?, size(1, "num_channels")?);
            let layer = layer.eps(eps(2).unwrap_or(1e-5));
            let layer = layer.affine(flag(c, 3, "affine", true));
            unary(layer.bias(flag(c, 4, "bias", true)))
        }
        "LocalResponseNorm" => {
            let number = |at, name, default| c.float(at, name).unwrap_or(default);
            let layer = LocalResponseNorm::new(c.int(0, "size")? as usize);
            let layer = layer.alpha(number(1, "alpha", 1e-4));
            unary(layer.beta(number(2, "beta", 0.75)).k(number(3, "k", 1.0)))
        }
        _ => None,
    }
}

fn flag(c: &Args, at: usize, name: &str, default: bool) -> bool {
    c.bool(at, name).unwrap_or(default)
}

/// `None` is a momentum of its own.
fn momentum(c: &Args, at: usize) -> Option<f64> {
    let given = c.positional.get(at).or(c.keywords.get("momentum"));
    given.map_or(Some(0.1), |v| match v {
        Value::None => None,
        v => Some(v.float()),
    })
}

fn of_channels(name: &str, c: &Args) -> Option<Built> {
    // A lazy layer lacks the first argument.
    let lazy = usize::from(name.starts_with("Lazy"));
    let n = || c.int(0, "num_features").map(|n| n as usize);
    let default = name.contains("Batch");
    macro_rules! norm {
        ($layer:expr) => {{
            let layer = $layer.eps(c.float(1 - lazy, "eps").unwrap_or(1e-5));
            let layer = layer.momentum(momentum(c, 2 - lazy));
            let layer = layer.affine(flag(c, 3 - lazy, "affine", default));
            let track = flag(c, 4 - lazy, "track_running_stats", default);
            unary(
                layer
                    .bias(flag(c, usize::MAX, "bias", true))
                    .track_running_stats(track),
            )
        }};
    }
    match name {
        "BatchNorm1d" => norm!(BatchNorm1d::new(n()?)),
        "BatchNorm2d" => norm!(BatchNorm2d::new(n()?)),
        "BatchNorm3d" => norm!(BatchNorm3d::new(n()?)),
        "LazyBatchNorm1d" => norm!(LazyBatchNorm1d::new()),
        "LazyBatchNorm2d" => norm!(LazyBatchNorm2d::new()),
        "LazyBatchNorm3d" => norm!(LazyBatchNorm3d::new()),
        "InstanceNorm1d" => norm!(InstanceNorm1d::new(n()?)),
        "InstanceNorm2d" => norm!(InstanceNorm2d::new(n()?)),
        "InstanceNorm3d" => norm!(InstanceNorm3d::new(n()?)),
        "LazyInstanceNorm1d" => norm!(LazyInstanceNorm1d::new()),
        "LazyInstanceNorm2d" => norm!(LazyInstanceNorm2d::new()),
        "LazyInstanceNorm3d" => norm!(LazyInstanceNorm3d::new()),
        _ => None,
    }
}
