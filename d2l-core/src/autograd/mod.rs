//! Reverse-mode differentiation: what a tensor remembers, and how operations record themselves.
mod backward;
mod function;
mod mode;
mod node;
mod saved;

pub use function::{Arity, Differentiable, grad, value_and_grad};
pub(crate) use mode::with_grad;
pub use mode::{is_grad_enabled, no_grad};
pub use node::Context;
pub(crate) use node::{Meta, is_recording};
pub(crate) use saved::Saved;
