//! Normalisation: one file for each way in which values share their mean and variance.
mod batch;
mod layer;
mod local_response;
mod plan;

use crate::{
    Tensor,
    error::{Result, bail},
    tensor::Dims,
};

/// Parameters have the shape of what they scale and its dtype.
fn check_parameters(
    op: &'static str,
    x: &Tensor,
    shape: &[usize],
    parameters: &[(&str, Option<&Tensor>)],
) -> Result<()> {
    x.check_float(op)?;
    for (name, p) in parameters
        .iter()
        .filter_map(|(name, p)| Some((name, (*p)?)))
    {
        if p.shape() != shape || p.dtype() != x.dtype() {
            bail!(
                op,
                Shape,
                "{name} {} {:?} does not fit input {} {:?}: {shape:?} is needed",
                p.dtype(),
                p.shape(),
                x.dtype(),
                x.shape()
            );
        }
    }
    Ok(())
}

/// A parameter, or the number that changes nothing.
fn parameter(given: Option<&Tensor>, neutral: f64, shape: Dims, like: &Tensor) -> Tensor {
    given.map_or_else(
        || Tensor::filled(shape, neutral, like.dtype()),
        Tensor::contiguous,
    )
}

/// The gradients towards `x`, weight and bias of `(x - mean) / √(var + eps) · w + b`, made of
/// operations, so that they can be differentiated. Mean and variance are those over `axes`, or no
/// mean if not `centre`; `w` broadcasts to `x`.
fn gradients(
    g: &Tensor,
    x: &Tensor,
    w: &Tensor,
    axes: &[usize],
    centre: bool,
    eps: f64,
) -> [Tensor; 3] {
    let over = |t: &Tensor| t.mean_keepdim(axes.to_vec());
    let d = if centre { x - over(x) } else { x.clone() };
    let scale = (over(&d.square()) + eps).rsqrt();
    let (h, gw) = (d * &scale, g * w);
    let level = if centre { &gw - over(&gw) } else { gw.clone() };
    let gx = (level - &h * over(&(&gw * &h))) * scale;
    [gx, (g * h).sum_to(w.dims()), g.sum_to(w.dims())]
}
