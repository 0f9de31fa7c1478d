//! Activations.
use super::{Built, unary};
use crate::args::Args;
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, c: &Args) -> Option<Built> {
    let number = |at, name, default| c.float(at, name).unwrap_or(default);
    match name {
        "CELU" => unary(CELU::new().alpha(number(0, "alpha", 1.0))),
        "ELU" => unary(ELU::new().alpha(number(0, "alpha", 1.0))),
        "GELU" => unary(GELU::new().approximate(c.str(0, "approximate").unwrap_or("none"))),
        "GLU" => unary(GLU::new().dim(c.dim(0, "dim").unwrap_or(-1))),
        "Hardshrink" => unary(Hardshrink::new().lambd(number(0, "lambd", 0.5))),
        "Hardsigmoid" => unary(Hardsigmoid),
        "Hardswish" => unary(Hardswish),
        "Hardtanh" => {
            let (min, max) = (number(0, "min_val", -1.0), number(1, "max_val", 1.0));
            unary(Hardtanh::new().min_val(min).max_val(max))
        }
        "LeakyReLU" => unary(LeakyReLU::new().negative_slope(number(0, "negative_slope", 0.01))),
        "LogSigmoid" => unary(LogSigmoid),
        "LogSoftmax" => unary(LogSoftmax::new(c.dim(0, "dim")?)),
        "Mish" => unary(Mish),
        "PReLU" => {
            let layer =
                PReLU::new().num_parameters(c.int(0, "num_parameters").unwrap_or(1) as usize);
            unary(layer.init(number(1, "init", 0.25)))
        }
        "ReLU" => unary(ReLU),
        "ReLU6" => unary(ReLU6),
        "RReLU" => {
            unary(RReLU::new().range(number(0, "lower", 0.125), number(1, "upper", 1.0 / 3.0)))
        }
        "SELU" => unary(SELU),
        "SiLU" => unary(SiLU),
        "Sigmoid" => unary(Sigmoid),
        "Softmax" => unary(Softmax::new(c.dim(0, "dim")?)),
        "Softmax2d" => unary(Softmax2d),
        "Softmin" => unary(Softmin::new(c.dim(0, "dim")?)),
        "Softplus" => {
            let (beta, threshold) = (number(0, "beta", 1.0), number(1, "threshold", 20.0));
            unary(Softplus::new().beta(beta).threshold(threshold))
        }
        "Softshrink" => unary(Softshrink::new().lambd(number(0, "lambd", 0.5))),
        "Softsign" => unary(Softsign),
        "Tanh" => unary(Tanh),
        "Tanhshrink" => unary(Tanhshrink),
        "Threshold" => unary(Threshold::new(
            c.float(0, "threshold")?,
            c.float(1, "value")?,
        )),
        _ => None,
    }
}
