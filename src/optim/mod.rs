//! Optimizers: one file each, its rule as formulas; schedulers in [`sched`], parameter groups and
//! gradient clipping beside them.
//!
//! An optimizer of one's own is a formula too: see [`optimizer!`](crate::optimizer).
/// `betas((0.9, 0.999))`, as PyTorch spells it, beside `beta1` and `beta2`.
macro_rules! betas {
    ($name:ident) => {
        impl $name {
            /// Sets `beta1` and `beta2`.
            ///
            /// # Panics
            /// If one is not in `0..1`.
            #[must_use]
            #[track_caller]
            pub fn betas(self, (beta1, beta2): (f64, f64)) -> $name {
                self.beta1(beta1).beta2(beta2)
            }
        }
    };
}

mod adadelta;
mod adagrad;
mod adam;
mod adamax;
mod adamw;
mod asgd;
mod clip;
mod group;
mod nadam;
mod radam;
mod rmsprop;
mod rprop;
mod rule;
mod rules;
pub mod sched;
mod sgd;
mod state;
#[cfg(test)]
mod tests;

pub use adadelta::Adadelta;
pub use adagrad::Adagrad;
pub use adam::Adam;
pub use adamax::Adamax;
pub use adamw::AdamW;
pub use asgd::ASGD;
pub use clip::clip_grad_norm_;
pub use group::{Groups, ParamGroup};
pub use nadam::NAdam;
pub use radam::RAdam;
pub use rmsprop::RMSprop;
pub use rprop::Rprop;
pub use sched::*;
pub use sgd::SGD;

/// What the code of `optimizer!` names.
#[doc(hidden)]
pub mod written {
    pub use super::{
        Groups, ParamGroup,
        rule::{OptionRule, Rule, StateRule},
        rules::{ParamStep, Rules},
    };
    pub use crate::module::{OptimizerStateError, StateDict};
    pub use d2l_core::update::{Formula, Real};
}
