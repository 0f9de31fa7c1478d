//! What the macros' code names. Not part of the public interface.
pub use crate::data::{Batch, Example, TypedBatch, written as collate};
pub use crate::module::{
    Base, Cloneable, Copier, Field, Forward, ForwardOn, HookTable, Inherited, LossOn, Metrics,
    Module, NoLr, Optimizer, OptimizersOn, Plain, Rate, Round, SameHeader, StepOn, Structure,
    Visitor, WithLr, hook, hooks::Hooks, hparams, signature,
};
pub use crate::module::{
    CloneValue, Cloning, IsCloneable, IsField, IsNoField, NoScope, Scoped, boxed, cloned, copied,
    part, show,
};
pub use crate::optim::written as optimizer;
pub use d2l_core::{
    __private::{Argument, Borrow, Float, Formula, Rows, TILE, apply, apply_sum, check_formula},
    Tensor,
};
pub use std::{boxed::Box, option::Option, result::Result, string::String, vec, vec::Vec};

/// What `Structure::fields` imports. (As one name, since each one costs the compiler.)
pub mod fields {
    pub use crate::module::{
        AnyPart as _, ByClone as __ByClone, CopyPart as _, FieldPart as _, StoredPart as _,
    };
    pub use std::option::Option::{None as __None, Some as __Some};
}

/// What `HyperParameters::arguments` imports.
pub mod arguments {
    pub use crate::module::hparams::{AnyArg as _, NestedArg as _, NoRules as _};
    pub use std::option::Option::{None as __None, Some as __Some};
}
