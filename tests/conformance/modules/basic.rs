//! Dense layers, and layers that only shape, drop or compare.
use super::{Built, layer, unary};
use crate::args::Args;
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    dense(name, c)
        .or_else(|| shaped(name, c))
        .or_else(|| dropped(name, c))
        .or_else(|| compared(name, c))
}

fn dense(name: &str, c: &Args) -> Option<Built> {
    let size = |at, name| c.int(at, name).map(|n| usize::try_from(n).unwrap_or(0));
    let bias = |at| c.bool(at, "bias").unwrap_or(true);
    match name {
        "Bilinear" => {
            let sizes = (size(0, "in1_features")?, size(1, "in2_features")?);
            let bilinear = Bilinear::new(sizes.0, sizes.1, size(2, "out_features")?);
            layer(bilinear.bias(bias(3)), |m, a| {
                Some(m.forward(a.t(0), a.t(1)).into())
            })
        }
        "LazyLinear" => unary(LazyLinear::new(size(0, "out_features")?).bias(bias(1))),
        "Linear" => {
            let linear = Linear::new(size(0, "in_features")?, size(1, "out_features")?);
            unary(linear.bias(bias(2)))
        }
        _ => None,
    }
}

fn shaped(name: &str, c: &Args) -> Option<Built> {
    match name {
        "Flatten" => {
            let start = c.dim(0, "start_dim").unwrap_or(1);
            unary(
                Flatten
                    .start_dim(start)
                    .end_dim(c.dim(1, "end_dim").unwrap_or(-1)),
            )
        }
        "Identity" => unary(Identity),
        "Unflatten" => unary(Unflatten::new(
            c.dim(0, "dim")?,
            c.dims(1, "unflattened_size")?,
        )),
        _ => None,
    }
}

fn dropped(name: &str, c: &Args) -> Option<Built> {
    let p = || c.float(0, "p").unwrap_or(0.5);
    match name {
        "AlphaDropout" => unary(AlphaDropout::new(p())),
        "Dropout" => unary(Dropout::new(p())),
        "Dropout1d" => unary(Dropout1d::new(p())),
        "Dropout2d" => unary(Dropout2d::new(p())),
        "Dropout3d" => unary(Dropout3d::new(p())),
        "FeatureAlphaDropout" => unary(FeatureAlphaDropout::new(p())),
        _ => None,
    }
}

fn compared(name: &str, c: &Args) -> Option<Built> {
    match name {
        "CosineSimilarity" => {
            let cosine = CosineSimilarity::new().dim(c.dim(0, "dim").unwrap_or(1));
            let cosine = cosine.eps(c.float(1, "eps").unwrap_or(1e-8));
            layer(cosine, |m, a| Some(m.forward(a.t(0), a.t(1)).into()))
        }
        "PairwiseDistance" => {
            let distance = PairwiseDistance::new().p(c.float(0, "p").unwrap_or(2.0));
            let distance = distance.eps(c.float(1, "eps").unwrap_or(1e-6));
            let distance = distance.keepdim(c.bool(2, "keepdim").unwrap_or(false));
            layer(distance, |m, a| Some(m.forward(a.t(0), a.t(1)).into()))
        }
        _ => None,
    }
}
