//! What the macros' code names. Not part of the public interface.
pub use crate::data::{Batch, Example, TypedBatch, written as collate};
pub use crate::module::{
    AnyPart, ByClone, CloneValue, CloneablePart, Cloning, CopyPart, FieldPart, IsCloneable,
    IsField, IsNoField, NoScope, Part, Scoped, StoredPart, boxed, cloned, copied, show,
};
pub use crate::module::{
    Base, Cloneable, Copier, Field, Forward, ForwardOn, HookTable, Inherited, LossOn, Metrics,
    Module, NoLr, Optimizer, OptimizersOn, Plain, Rate, Round, SameHeader, StepOn, Structure,
    Visitor, WithLr, hook, hooks::Hooks, hparams, signature,
};
pub use crate::optim::written as optimizer;
pub use d2l_core::{
    __private::{Argument, Borrow, Float, Formula, Rows, TILE, apply, apply_sum, check_formula},
    Tensor,
};
pub use std::{
    boxed::Box,
    option::Option,
    result::Result,
    string::{String, ToString},
    vec,
    vec::Vec,
};
