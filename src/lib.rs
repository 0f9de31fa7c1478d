//! *Dive into Deep Learning* in Rust: a model is a plain struct, the macros do the rest.
//!
//! ```
//! use d2l::prelude::*;
//!
//! #[derive(Module)]
//! pub struct LinearRegression {
//!     #[hparam]
//!     lr: f32,
//!     net: LazyLinear,
//! }
//!
//! #[add_to_class(LinearRegression)]
//! pub fn new(lr: f32) -> Self {
//!     let net = LazyLinear::new(1);
//!     net.weight.normal_(0.0, 0.01);
//!     net.bias.fill_(0.0);
//!     save_hyperparameters!(net)
//! }
//!
//! #[add_to_class(LinearRegression)]
//! pub fn forward(&self, x: &Tensor) -> Tensor {
//!     self.net.forward(x)
//! }
//!
//! #[add_to_class(LinearRegression)]
//! pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
//!     MSELoss::new().forward(y_hat, y)
//! }
//!
//! # fn main() {
//! let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
//! let mut model = LinearRegression::new(0.03);
//! let fit = Trainer::new(3).progress(false).fit(&mut model, &data);
//! assert!(fit.history("val_loss")[2] < 0.01);
//! # }
//! ```
//!
//! Where to look: [`module`] (structs as models), [`nn`] (layers), [`loss`], [`optim`], [`data`],
//! [`train`] (the [`Trainer`] and checkpoints), [`metrics`], [`mod@file`] (weights of other programs),
//! [`board`] (plots); [`Tensor`] and its gradients are
//! the crate `d2l-core`, re-exported here.

#![deny(missing_docs)]

// The macros write `::d2l::…`, also for this crate's own layers.
extern crate self as d2l;

#[doc(hidden)]
#[path = "private.rs"]
pub mod __private;
pub mod board;
pub mod data;
pub mod file;
pub mod loss;
pub mod metrics;
pub mod module;
pub mod nn;
pub mod optim;
pub mod prelude;
pub mod train;

pub use d2l_core::{
    AttentionMask, AttentionOptions, Bag, Causal, Context, Conv, Cut, DType, Device, Ellipsis,
    Error, ErrorKind, Function, HookHandle, InterpolationMode, MatrixNorm, NewAxis, PadMode,
    Patches, Pool, Tensor, block_diag, broadcast_tensors, cartesian_prod, cat, column_stack,
    default_dtype, detect_anomaly, dstack, einsum, flops, grad, hessian, hstack, hvp,
    is_grad_enabled, jacobian, jvp, manual_seed, meshgrid, meshgrid_xy, multi_dot, no_grad, rng,
    runtime, scaled_dot_product_attention, set_default_dtype, stack, testing, value_and_grad, vjp,
    vstack,
};
pub use d2l_macros::{
    Batch, Module, add_to_class, elementwise, fused, optimizer, save_hyperparameters,
};
pub use module::{Module, init};
pub use train::Trainer;
