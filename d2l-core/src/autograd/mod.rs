//! Reverse-mode differentiation: what a tensor remembers, and how operations record themselves.
//!
//! Read `node` first (what is recorded), then `backward` (how it is walked); `docs/autograd.md` is
//! the tour.
mod anomaly;
mod backward;
mod custom;
mod function;
mod history;
mod hooks;
mod jacobian;
mod leaf;
mod mode;
mod node;
mod node_ref;
mod saved;
#[cfg(test)]
mod tests;

pub use anomaly::detect_anomaly;
pub(crate) use backward::{Options, gradients};
pub use custom::Function;
pub use function::{Arity, Differentiable, grad, value_and_grad};
pub use hooks::HookHandle;
pub use jacobian::{hessian, hvp, jacobian, jvp, vjp};
pub(crate) use mode::with_grad;
pub use mode::{is_grad_enabled, no_grad};
pub use node::Context;
pub(crate) use node::{Gradients, Meta, is_recording};
pub(crate) use saved::Saved;
