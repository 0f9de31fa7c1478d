//! Behaviour: `forward`, `loss`, … each of them the model's own or inherited from its base class.
//!
//! The macros record the hooks on the types in [`hook`], not on the model: with the *hook* as
//! `Self`, rustc shows the message written here when one is missing. `forward` is the anchor: beside
//! it all hooks of the model are looked up by name, an own one first.
use super::{
    AnyBase, BatchArgs, CompleteFor, Metrics, Module, Optimizer, PlotValue, Prediction, Round,
    Structure, context,
};
use crate::data::{Batch, TypedBatch};
use d2l_core::Tensor;
use std::marker::PhantomData;

/// One type per hook.
#[allow(non_camel_case_types)]
pub mod hook {
    /// The prediction.
    pub struct forward;
    /// The training objective.
    pub struct loss;
    /// The optimizer.
    pub struct configure_optimizers;
    /// The loss on one batch.
    pub struct training_step;
    /// The metrics on one batch.
    pub struct validation_step;
}

/// All hooks of a model, each its own or inherited. Generic code (the trainer, the base classes)
/// calls hooks through this trait and so always gets the overriding one.
pub trait Hooks: Module {
    /// `forward` on the inputs of the batch.
    ///
    /// # Panics
    /// If the batch has too few inputs.
    fn forward_batch(&self, batch: &Batch) -> Tensor;
    /// The training objective, a single number.
    fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor;
    /// The loss on one batch.
    fn training_step(&self, batch: &Batch) -> Tensor;
    /// The metrics on one batch.
    fn validation_step(&self, batch: &Batch) -> Metrics;
    /// What is to change the parameters.
    fn configure_optimizers(&self) -> Box<dyn Optimizer>;
    /// The value of the field `#[hparam] lr`.
    fn lr(&self) -> f64;
    #[doc(hidden)]
    fn base(&self) -> &'static dyn AnyBase;
}

/// Any model, for base classes and other code without type parameters. (An alias, so that nobody has
/// to import [`Hooks`]: with that trait in scope `model.loss(..)` would be ambiguous.)
pub type Model = dyn Hooks;

/// The hooks keyed by (`hook::forward`, model); written next to `forward`, the one hook that every
/// model has and that knows the generics and their bounds.
#[diagnostic::on_unimplemented(
    message = "`{M}` has no `forward`, so it cannot be trained",
    label = "`{M}` has no `forward`",
    note = "add one:\n    #[add_to_class({M})]\n    pub fn forward(&self, x: &Tensor) -> Tensor {{ .. }}"
)]
#[allow(missing_docs)]
pub trait ForwardOn<M: ?Sized> {
    type Args<'b>;
    type Output;
    fn call<'b>(m: &M, args: Self::Args<'b>) -> Self::Output;
    fn hooks() -> HookTable<M>
    where
        M: Hooks;
}

/// The hooks of a model as they were found by name, its own or the inherited ones.
#[allow(missing_docs)]
pub struct HookTable<M: ?Sized> {
    pub model: &'static str,
    /// The arguments of `forward`.
    pub forward: &'static str,
    pub loss: fn(&M, &Tensor, &Tensor) -> Tensor,
    pub training_step: fn(&M, &Batch) -> Tensor,
    pub validation_step: fn(&M, &Batch) -> Metrics,
    pub configure_optimizers: ConfigureOptimizers<M>,
}

/// A `configure_optimizers` whose optimizer comes in a box. (The box around the function is empty: a
/// function known by name takes no memory.)
pub type ConfigureOptimizers<M> = Box<dyn Fn(&M) -> Box<dyn Optimizer>>;

/// The model has a `loss` of its own.
#[diagnostic::on_unimplemented(
    message = "`{M}` has no `loss`, and its base class has none either",
    label = "`{M}` has no `loss`",
    note = "add one:\n    #[add_to_class({M})]\n    pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {{ .. }}",
    note = "or inherit one:\n    #[derive(Module)]\n    #[module(base = Classifier)]"
)]
pub trait LossOn<M: ?Sized> {}

/// The model has a `configure_optimizers` of its own.
#[diagnostic::on_unimplemented(
    message = "`{M}` has no `configure_optimizers`",
    label = "`{M}` has no `configure_optimizers`",
    note = "add one:\n    #[add_to_class({M})]\n    pub fn configure_optimizers(&self) -> SGD {{ SGD::new(self.parameters(), 0.1) }}",
    note = "or give `{M}` a field `#[hparam] lr: f32`: then plain SGD with that rate is the default"
)]
pub trait OptimizersOn<M: ?Sized> {}

/// The model has this step of its own; every base class has one too, so this only finds duplicates.
pub trait StepOn<M: ?Sized> {}

type On = hook::forward;

impl<M> Hooks for M
where
    M: Structure,
    On: ForwardOn<M>,
    for<'b> <On as ForwardOn<M>>::Args<'b>: BatchArgs<'b>,
    <On as ForwardOn<M>>::Output: Prediction,
{
    fn forward_batch(&self, batch: &Batch) -> Tensor {
        let Some(args) = BatchArgs::read(&mut batch.inputs().iter()) else {
            let HookTable { model, forward, .. } = On::hooks();
            let n = batch.inputs().len();
            panic!(
                "{model}::forward takes ({forward}), but the batch has {n} input(s) before its label"
            )
        };
        On::call(self, args).into_tensor()
    }

    fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        (On::hooks().loss)(self, y_hat, y)
    }

    fn training_step(&self, batch: &Batch) -> Tensor {
        (On::hooks().training_step)(self, batch)
    }

    fn validation_step(&self, batch: &Batch) -> Metrics {
        (On::hooks().validation_step)(self, batch)
    }

    fn configure_optimizers(&self) -> Box<dyn Optimizer> {
        (On::hooks().configure_optimizers)(self)
    }

    fn lr(&self) -> f64 {
        let mut lr = None;
        self.fields(&mut Round::Lr(&mut lr));
        lr.expect("`Trainable` asks for an optimizer if there is no `lr`")
    }

    fn base(&self) -> &'static dyn AnyBase {
        &PhantomData::<M::Base>
    }
}

/// The inherited hooks as methods: `self.loss(..)` in a model without a `loss` of its own. An
/// inherent method of the same name comes first, and that is all there is to overriding.
pub trait Inherited: Hooks + Sized {
    /// The base class's `loss`.
    fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
        self.base().loss(self, y_hat, y)
    }

    /// The base class's `training_step`.
    fn training_step(&self, batch: &Batch) -> Tensor {
        self.base().training_step(self, batch)
    }

    /// The base class's `validation_step`.
    fn validation_step(&self, batch: &Batch) -> Metrics {
        self.base().validation_step(self, batch)
    }

    /// The base class's `configure_optimizers`.
    fn configure_optimizers(&self) -> Box<dyn Optimizer> {
        self.base().configure_optimizers(self)
    }

    /// Plots a point of the series `train_key` or `val_key` while the model is trained.
    ///
    /// # Panics
    /// If no trainer is running: "Trainer is not inited".
    #[track_caller]
    fn plot(&self, key: &str, value: impl PlotValue, train: bool) {
        context::plot(key, value.value(), train);
    }
}

impl<M: Hooks> Inherited for M {}

/// A model that `Trainer::fit` can train: every hook is there, its own or inherited.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a module, so it cannot be trained",
    label = "not a module",
    note = "put `#[derive(Module)]` on `{Self}`"
)]
pub trait Trainable: Hooks {}

impl<M: Hooks + Structure> Trainable for M where M::Base: CompleteFor<M> {}

/// That of a model whose own returns any optimizer.
pub fn boxed<M: ?Sized, O: Optimizer + 'static>(
    configure_optimizers: impl Fn(&M) -> O + 'static,
) -> ConfigureOptimizers<M> {
    Box::new(move |m| Box::new(configure_optimizers(m)))
}

/// What each hook looks like, for rustc to compare a differently spelled one with.
#[allow(non_camel_case_types, missing_docs)]
pub mod signature {
    use super::*;

    pub trait loss {
        fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor;
    }
    pub trait training_step {
        type Batch: TypedBatch;
        fn training_step(&self, batch: &Self::Batch) -> Tensor;
        fn typed(&self, batch: &Batch) -> Tensor {
            self.training_step(&Self::Batch::read(batch))
        }
    }
    pub trait validation_step {
        type Batch: TypedBatch;
        fn validation_step(&self, batch: &Self::Batch) -> Metrics;
        fn typed(&self, batch: &Batch) -> Metrics {
            self.validation_step(&Self::Batch::read(batch))
        }
    }
    pub trait configure_optimizers {
        type Optimizer: Optimizer + 'static;
        fn configure_optimizers(&self) -> Self::Optimizer;
        fn boxed(&self) -> Box<dyn Optimizer>
        where
            Self: Sized,
        {
            Box::new(self.configure_optimizers())
        }
    }
}

/// All hooks of a generic type stand under the same `impl<..>` header: one with stricter bounds than
/// `forward`'s would not be found, and the inherited one be taken in silence.
#[diagnostic::on_unimplemented(
    message = "this hook is not under the same `impl<..>` header as `forward`",
    label = "differs from the header of `forward`",
    note = "for a generic type add `forward` first, and repeat its header for every other hook",
    note = "if this is not meant to be a hook: `#[add_to_class(.., method)]`"
)]
pub trait SameHeader<const HASH: u64> {}
