//! Activations.
use super::{Built, unary};
use crate::args::Args;
use d2l::prelude::*;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(name: &str, _settings: &Args) -> Option<Built> {
    match name {
        "ReLU" => unary(ReLU),
        "Sigmoid" => unary(Sigmoid),
        "Tanh" => unary(Tanh),
        _ => None,
    }
}
