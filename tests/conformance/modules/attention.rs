//! Attention and transformers.
use super::Built;
use crate::args::Args;

/// Builds `nn.name`; `None` if it is no layer of this file.
pub fn build(_name: &str, _settings: &Args) -> Option<Built> {
    None
}
