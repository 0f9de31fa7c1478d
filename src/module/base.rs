//! Base classes: where hooks come from that a model does not have itself.
use super::{LossOn, Metrics, Model, ModuleExt, Optimizer, OptimizersOn, Structure, hook};
use crate::data::Batch;
// The default optimizer is plain SGD: the one thing this part takes from a part above it.
use crate::optim::SGD;
use d2l_core::Tensor;
use std::marker::PhantomData;

/// A base class: any type with default hooks. The defaults of this trait are those of the book's
/// `d2l.Module`; [`Classifier`](super::Classifier) overrides some.
///
/// An override calls an inherited body as `Classifier::loss(self, y_hat, y)`.
///
/// ```
/// use d2l::prelude::*;
/// struct Regressor;
/// impl Base for Regressor {
///     fn loss(_: &Model, y_hat: &Tensor, y: &Tensor) -> Tensor {
///         (y_hat - y).square().mean()
///     }
/// }
/// impl<M: ?Sized> CompleteFor<M> for Regressor {} // leaves nothing to the model
///
/// #[derive(Module)]
/// #[module(base = Regressor)]
/// struct Net {
///     #[hparam]
///     lr: f32,
///     net: LazyLinear,
/// }
/// #[add_to_class(Net)]
/// fn forward(&self, x: &Tensor) -> Tensor {
///     self.net.forward(x)
/// }
/// # fn main() {
/// let net = Net { lr: 0.1, net: LazyLinear::new(1) };
/// let loss = net.loss(&Tensor::from([1.0]), &Tensor::from([3.0]));
/// assert_eq!(loss.item(), 4.0);
/// # }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a base class",
    label = "not a base class",
    note = "base classes are `Classifier` and types with `impl Base for {Self}`"
)]
pub trait Base {
    /// The training objective; a base class that has none leaves it to the model.
    fn loss(_m: &Model, _y_hat: &Tensor, _y: &Tensor) -> Tensor {
        unreachable!("`Trainable` asks for a loss")
    }

    /// The loss of the prediction on the batch.
    fn training_step(m: &Model, batch: &Batch) -> Tensor {
        m.loss(&m.forward_batch(batch), batch.label())
    }

    /// The same, under the name `loss`.
    fn validation_step(m: &Model, batch: &Batch) -> Metrics {
        m.loss(&m.forward_batch(batch), batch.label()).into()
    }

    /// Plain SGD on all parameters, with the model's `lr`.
    fn configure_optimizers(m: &Model) -> Box<dyn Optimizer> {
        Box::new(SGD::new(m.parameters(), m.lr()))
    }
}

/// [`Base`] as an object.
#[allow(missing_docs)]
pub trait AnyBase {
    fn loss(&self, m: &Model, y_hat: &Tensor, y: &Tensor) -> Tensor;
    fn training_step(&self, m: &Model, batch: &Batch) -> Tensor;
    fn validation_step(&self, m: &Model, batch: &Batch) -> Metrics;
    fn configure_optimizers(&self, m: &Model) -> Box<dyn Optimizer>;
}

impl<B: Base> AnyBase for PhantomData<B> {
    fn loss(&self, m: &Model, y_hat: &Tensor, y: &Tensor) -> Tensor {
        B::loss(m, y_hat, y)
    }

    fn training_step(&self, m: &Model, batch: &Batch) -> Tensor {
        B::training_step(m, batch)
    }

    fn validation_step(&self, m: &Model, batch: &Batch) -> Metrics {
        B::validation_step(m, batch)
    }

    fn configure_optimizers(&self, m: &Model) -> Box<dyn Optimizer> {
        B::configure_optimizers(m)
    }
}

/// What a learning rate can be.
#[diagnostic::on_unimplemented(
    message = "the learning rate `lr` is a `{Self}`",
    label = "should be `f32` or `f64`",
    note = "if `lr` is something else, give the field another name"
)]
pub trait Rate {
    /// As a number.
    fn get(&self) -> f64;
}

impl Rate for f32 {
    fn get(&self) -> f64 {
        f64::from(*self)
    }
}

impl Rate for f64 {
    fn get(&self) -> f64 {
        *self
    }
}

/// The model has a field `#[hparam] lr`.
pub struct WithLr;

/// The model has no field `#[hparam] lr`.
pub struct NoLr;

/// What a model of this base class must have itself to be [`Trainable`](super::Trainable).
pub trait CompleteFor<M: ?Sized>: Base {}

/// The model has a `configure_optimizers`, or an `lr` for the default one.
pub trait OptimizersFor<M: ?Sized> {}

impl<M: ?Sized> OptimizersFor<M> for WithLr {}
impl<M: ?Sized> OptimizersFor<M> for NoLr where hook::configure_optimizers: OptimizersOn<M> {}

/// The base class of a model that names none: [`Base`]'s defaults, no loss.
pub struct Plain;

impl Base for Plain {}
impl<M: Structure> CompleteFor<M> for Plain
where
    hook::loss: LossOn<M>,
    M::Lr: OptimizersFor<M>,
{
}
