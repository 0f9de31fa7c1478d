//! What the macros' code names. Not part of the public interface.
pub use crate::data::Batch;
pub use crate::module::{
    Base, Cloneable, Copier, Field, Forward, ForwardOn, HasBase, Inherited, LossOn, Metrics,
    Module, NoLr, Optimizer, OptimizersOn, Plain, Rate, SameHeader, StepOn, Visitor, WithLr, hook,
    hooks::Hooks, hparams, signature,
};
pub use crate::module::{
    ByClone, CloneValue, Cloning, IsCloneable, IsField, IsNoField, NoScope, Scoped, boxed, copy_any,
};
pub use d2l_core::Tensor;
pub use std::{
    any::Any,
    boxed::Box,
    format,
    option::Option,
    result::Result,
    string::{String, ToString},
    vec,
    vec::Vec,
};
