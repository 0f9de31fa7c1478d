//! Optimizers: one file each; parameter groups and gradient clipping beside them.
mod clip;
mod group;
mod sgd;

pub use clip::clip_grad_norm_;
pub use group::{Groups, ParamGroup};
pub use sgd::SGD;
