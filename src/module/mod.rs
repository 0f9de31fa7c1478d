//! What a model is made of and how it behaves.
//!
//! *Structure*: [`Field`], [`Module`], [`Param`] and what one does with a tree of them
//! ([`ModuleExt`]). *Behaviour*: the hooks (`forward`, `loss`, …), own ones or a [`Base`] class's.
//! *Settings*: [`HyperParameters`].
mod base;
mod buffer;
mod classifier;
mod containers;
mod context;
mod copy;
mod field;
mod forward;
pub mod hooks;
pub mod hparams;
pub mod init;
mod metrics;
mod mode;
mod optimizer;
mod param;
mod part;
mod pattern;
mod repr;
mod scope;
mod shared;
mod state_dict;
mod structure;
mod summary;
mod tree;
mod walk;

pub use base::{AnyBase, Base, CompleteFor, NoLr, OptimizersFor, Plain, Rate, WithLr};
pub use buffer::Buffer;
pub use classifier::{Classifier, Classify, accuracy};
pub use context::{PlotValue, TrainingContext, with_context};
pub use copy::{Cloneable, Copier};
pub(crate) use field::downcast;
pub use field::{Field, Module, Visitor};
pub use forward::{BatchArgs, Forward, FromBatch, Layer, Prediction, SyncLayer};
pub use hooks::{
    ForwardOn, HookTable, Inherited, LossOn, Model, OptimizersOn, SameHeader, StepOn, Trainable,
    hook, signature,
};
pub use hparams::{ArgsError, ConfigError, HParamError, HyperParameters};
pub use metrics::Metrics;
pub use mode::Mode;
pub use optimizer::{Optimizer, OptimizerStateError};
pub use param::Param;
pub use repr::Repr;
pub use scope::{Gives, Refusal, Refuse, fail, giving};
pub use state_dict::{LoadOptions, Loaded, StateDict, StateDictError};
pub(crate) use state_dict::{lazy_names, load_partly};
pub use structure::{Round, Structure};
pub(crate) use summary::record;
pub use summary::{InputShape, InputShapes, LayerSummary, Long, Row, Summarize, Summary};
pub use tree::ModuleExt;
pub use walk::{visit_modules, visit_parameters};

#[doc(hidden)]
pub use copy::{ByClone, CloneValue, Cloning, IsCloneable, IsField, IsNoField};
#[doc(hidden)]
pub use hooks::boxed;
#[doc(hidden)]
pub use part::{AnyPart, CopyPart, FieldPart, Part, StoredPart, part};
#[doc(hidden)]
pub use repr::show;
#[doc(hidden)]
pub use scope::{NoScope, Scoped};
#[doc(hidden)]
pub use structure::{cloned, copied};
