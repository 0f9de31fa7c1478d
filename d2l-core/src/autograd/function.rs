//! Gradients of functions, in JAX's form.
use super::backward::{Options, gradients};
use crate::{Tensor, ops::view};
use std::cell::Cell;

/// The gradient function of `f`, which maps one tensor, or several, to a single number; JAX's
/// `jax.grad`. Several arguments go in as a tuple of references and a tuple of gradients comes out.
/// Applied to itself it gives second derivatives.
///
/// # Panics
/// If the value of `f` is not a single number.
///
/// ```
/// use d2l_core::{Tensor, grad};
/// let x = Tensor::from(3.0);
/// assert_eq!(grad(|x: &Tensor| x * x * x)(&x).item(), 27.0);
/// assert_eq!(grad(|x: &Tensor| grad(|x: &Tensor| x * x * x)(x))(&x).item(), 18.0);
/// let (dw, db) = grad(|w: &Tensor, b: &Tensor| w * w + b)((&x, &x));
/// assert_eq!((dw.item(), db.item()), (6.0, 1.0));
/// ```
pub fn grad<A: Arity, F: Differentiable<A>>(f: F) -> impl for<'a> Fn(A::Args<'a>) -> A::Grads {
    let both = value_and_grad(f);
    move |args| both(args).1
}

/// As [`grad`], giving the value too; JAX's `jax.value_and_grad`.
///
/// ```
/// use d2l_core::{Tensor, value_and_grad};
/// let (value, gradient) = value_and_grad(|x: &Tensor| (x * x).sum())(&Tensor::from([1.0, 2.0]));
/// assert_eq!((value.item(), gradient), (5.0, Tensor::from([2.0, 4.0])));
/// ```
pub fn value_and_grad<A: Arity, F: Differentiable<A>>(
    f: F,
) -> impl for<'a> Fn(A::Args<'a>) -> (Tensor, A::Grads) {
    move |args| {
        let (value, grads) = differentiate(A::list(args), |xs| f.call(A::args(xs)));
        (value, A::grads(grads))
    }
}

thread_local!(static NESTED: Cell<u32> = const { Cell::new(0) });

/// Value and gradients of `f` at `inputs`. Inside another call the result is recorded, too.
fn differentiate(
    inputs: Vec<&Tensor>,
    f: impl FnOnce(&[Tensor]) -> Tensor,
) -> (Tensor, Vec<Tensor>) {
    let outer = NESTED.get() > 0 || inputs.iter().any(|x| x.requires_grad());
    let xs: Vec<Tensor> = inputs.into_iter().map(fresh_variable).collect();
    let value = nested(|| super::with_grad(true, || f(&xs)));
    assert!(
        value.numel() == 1,
        "grad: the function's value has shape {:?}, not a single number",
        value.shape()
    );
    let grads = gradients(
        &value,
        &xs,
        Options {
            retain: outer,
            create_graph: outer,
        },
    );
    (if outer { value } else { value.detach() }, grads)
}

/// A handle to differentiate by: linked to the outer graph if there is one.
fn fresh_variable(x: &Tensor) -> Tensor {
    if x.requires_grad() {
        view::alias(x)
    } else {
        x.with_meta(super::Meta::none()).requires_grad_(true)
    }
}

fn nested<R>(f: impl FnOnce() -> R) -> R {
    struct Leave;
    impl Drop for Leave {
        fn drop(&mut self) {
            NESTED.set(NESTED.get() - 1);
        }
    }
    NESTED.set(NESTED.get() + 1);
    let _leave = Leave;
    f()
}

/// How many tensors a function takes; written by [`grad`]'s type inference, never by hand.
pub trait Arity {
    /// References to the arguments: one, or a tuple.
    type Args<'a>;
    /// The gradients: one tensor, or a tuple.
    type Grads;
    /// The arguments as a list.
    fn list<'a>(args: Self::Args<'a>) -> Vec<&'a Tensor>;
    /// A list as arguments.
    fn args<'a>(list: &'a [Tensor]) -> Self::Args<'a>;
    /// A list as gradients.
    fn grads(list: Vec<Tensor>) -> Self::Grads;
}

/// A function of tensors whose value can be differentiated.
pub trait Differentiable<A: Arity> {
    /// The value at `args`.
    fn call<'a>(&self, args: A::Args<'a>) -> Tensor;
}

/// Functions of one tensor.
pub struct One;

impl Arity for One {
    type Args<'a> = &'a Tensor;
    type Grads = Tensor;
    fn list<'a>(x: Self::Args<'a>) -> Vec<&'a Tensor> {
        vec![x]
    }
    fn args(list: &[Tensor]) -> &Tensor {
        &list[0]
    }
    fn grads(mut list: Vec<Tensor>) -> Tensor {
        list.remove(0)
    }
}

impl<F: Fn(&Tensor) -> Tensor> Differentiable<One> for F {
    fn call(&self, x: &Tensor) -> Tensor {
        self(x)
    }
}

macro_rules! arity {
    ($name:ident, $doc:literal, $($x:ident $i:tt $T:ident),*) => {
        #[doc = $doc]
        pub struct $name;
        impl Arity for $name {
            type Args<'a> = ($(&'a $T,)*);
            type Grads = ($($T,)*);
            fn list<'a>(($($x,)*): Self::Args<'a>) -> Vec<&'a Tensor> {
                vec![$($x),*]
            }
            fn args<'a>(list: &'a [Tensor]) -> Self::Args<'a> {
                ($(&list[$i],)*)
            }
            fn grads(list: Vec<Tensor>) -> Self::Grads {
                let mut it = list.into_iter();
                ($({ let _ = $i; it.next().expect("one gradient per argument") },)*)
            }
        }
        impl<F: Fn($(&$T),*) -> Tensor> Differentiable<$name> for F {
            fn call<'a>(&self, ($($x,)*): ($(&'a $T,)*)) -> Tensor {
                self($($x),*)
            }
        }
    };
}
arity!(Two, "Functions of two tensors.", a 0 Tensor, b 1 Tensor);
arity!(Three, "Functions of three tensors.", a 0 Tensor, b 1 Tensor, c 2 Tensor);
arity!(Four, "Functions of four tensors.", a 0 Tensor, b 1 Tensor, c 2 Tensor, d 3 Tensor);
