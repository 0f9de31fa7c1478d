//! The forward pass as a trait, and what a trainer can feed to it.
use super::{Copier, ForwardOn, Module, Refusal, hook};
use d2l_core::Tensor;
use std::slice::Iter;

/// The forward pass of `Self` on the argument tuple `Args`; written by
/// `#[add_to_class(..)] fn forward`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `forward` that takes {Args}",
    label = "no `forward` with these arguments"
)]
pub trait Forward<Args> {
    /// What `forward` returns.
    type Output;

    /// `forward(args.0, args.1, ..)`.
    fn call(&self, args: Args) -> Self::Output;

    /// [`call`](Forward::call), but a leaf layer's complaint about its input comes back instead of
    /// a panic, so that a container can raise it at its caller's line.
    ///
    /// # Errors
    /// If a leaf layer of the library refuses its input.
    fn try_call(&self, args: Args) -> Result<Self::Output, Refusal> {
        Ok(self.call(args))
    }
}

/// That of a model, as its macro has recorded it.
#[diagnostic::do_not_recommend]
impl<'b, M, A> Forward<A> for M
where
    hook::forward: ForwardOn<M, Args<'b> = A>,
{
    type Output = <hook::forward as ForwardOn<M>>::Output;

    fn call(&self, args: A) -> Self::Output {
        hook::forward::call(self, args)
    }
}

/// A module that makes one tensor of one tensor.
///
/// Every module with `#[add_to_class(T)] pub fn forward(&self, x: &Tensor) -> Tensor` is one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a layer",
    label = "not a layer",
    note = "a layer is a module with `#[add_to_class({Self})] pub fn forward(&self, x: &Tensor) -> Tensor {{ .. }}`"
)]
pub trait Layer: Module {
    /// The layer's output on `x`.
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor;

    #[doc(hidden)]
    fn try_forward(&self, x: &Tensor) -> Result<Tensor, Refusal>;

    #[doc(hidden)]
    fn copy_layer(&self, c: &mut Copier) -> Box<dyn Layer>;
}

impl<M> Layer for M
where
    M: Module + for<'a> Forward<(&'a Tensor,), Output = Tensor>,
{
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        self.call((x,))
    }

    fn try_forward(&self, x: &Tensor) -> Result<Tensor, Refusal> {
        self.try_call((x,))
    }

    fn copy_layer(&self, c: &mut Copier) -> Box<dyn Layer> {
        Box::new(self.copy_with(c))
    }
}

/// A [`Layer`] that threads can share: what a `Sequential` holds.
pub trait SyncLayer: Layer + Send + Sync {
    #[doc(hidden)]
    fn copy_sync(&self, c: &mut Copier) -> Box<dyn SyncLayer>;
}

impl<L: Layer + Send + Sync + Sized> SyncLayer for L {
    fn copy_sync(&self, c: &mut Copier) -> Box<dyn SyncLayer> {
        Box::new(self.copy_with(c))
    }
}

/// What an argument of `forward` can be so that the trainer can fill it from a batch.
#[diagnostic::on_unimplemented(
    message = "the trainer cannot pass a `{Self}` to `forward`",
    label = "its `forward` has an argument of type `{Self}`",
    note = "arguments filled from a batch are `&Tensor`, `Tensor` and `Option<&Tensor>`",
    note = "to train it, wrap it in a module whose `forward` takes only those"
)]
pub trait FromBatch<'b>: Sized {
    /// The next input of the batch, `None` if there is none and one is needed.
    fn next(inputs: &mut Iter<'b, Tensor>) -> Option<Self>;
}

impl<'b> FromBatch<'b> for &'b Tensor {
    fn next(inputs: &mut Iter<'b, Tensor>) -> Option<Self> {
        inputs.next()
    }
}

impl<'b> FromBatch<'b> for Tensor {
    fn next(inputs: &mut Iter<'b, Tensor>) -> Option<Self> {
        inputs.next().cloned()
    }
}

impl<'b> FromBatch<'b> for Option<&'b Tensor> {
    fn next(inputs: &mut Iter<'b, Tensor>) -> Option<Self> {
        Some(inputs.next())
    }
}

/// A tuple of [`FromBatch`] arguments.
pub trait BatchArgs<'b>: Sized {
    /// All arguments in order, `None` if the batch has too few tensors.
    fn read(inputs: &mut Iter<'b, Tensor>) -> Option<Self>;
}

macro_rules! batch_args {
    ($(($($t:ident),*))*) => { $(
        impl<'b, $($t: FromBatch<'b>),*> BatchArgs<'b> for ($($t,)*) {
            fn read(_inputs: &mut Iter<'b, Tensor>) -> Option<Self> {
                Some(($($t::next(_inputs)?,)*))
            }
        }
    )* };
}
batch_args!(()(A)(A, B)(A, B, C)(A, B, C, D)(A, B, C, D, E)(
    A, B, C, D, E, F
));

/// What `forward` of a trainable model returns.
#[diagnostic::on_unimplemented(
    message = "`forward` of a trainable model must return a `Tensor`",
    label = "its `forward` returns `{Self}`",
    note = "to train it, wrap it in a module whose `forward` returns only the prediction"
)]
pub trait Prediction {
    /// The prediction.
    fn into_tensor(self) -> Tensor;
}

impl Prediction for Tensor {
    fn into_tensor(self) -> Tensor {
        self
    }
}
