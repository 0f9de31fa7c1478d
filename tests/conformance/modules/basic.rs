//! Dense layers, and layers that only shape, drop or compare.
use super::{Built, unary};
use crate::args::Args;
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    let size = |at, name| c.int(at, name).map(|n| n as usize);
    match name {
        "Identity" => unary(Identity),
        "LazyLinear" => {
            unary(LazyLinear::new(size(0, "out_features")?).bias(c.bool(1, "bias").unwrap_or(true)))
        }
        "Linear" => unary(
            Linear::new(size(0, "in_features")?, size(1, "out_features")?)
                .bias(c.bool(2, "bias").unwrap_or(true)),
        ),
        _ => None,
    }
}
