//! Gradients of functions, in JAX's form.
use super::{Meta, Options, gradients, is_grad_enabled, is_recording, with_grad};
use crate::{Tensor, ops::view};
use std::cell::Cell;

/// The gradient function of `f`, which maps one tensor, or several, to a single number; JAX's
/// `jax.grad`. Several arguments go in as a tuple of references and a tuple of gradients comes out.
/// Applied to itself it gives second derivatives. Tensors that `f` captures are constants, but the
/// result is recorded, for another `backward`, if an argument requires a gradient.
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
/// # Panics
/// If the value of `f` is not a single number.
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
        let at = Evaluation::of("grad", &f, args);
        at.check_number("grad");
        let grads = at.gradients(vec![(&at.value, at.value.ones_like())], false);
        (at.value(), A::grads(grads))
    }
}

thread_local!(static NESTED: Cell<u32> = const { Cell::new(0) });

/// A function evaluated with its graph, and the variables that it was evaluated at.
pub(super) struct Evaluation {
    pub(super) inputs: Vec<Tensor>,
    pub(super) value: Tensor,
    /// Inside another such evaluation, or at a tensor that requires a gradient, what comes out is
    /// recorded, too.
    pub(super) outer: bool,
}

impl Evaluation {
    pub(super) fn of<A: Arity, F: Differentiable<A>>(
        op: &'static str,
        f: &F,
        args: A::Args<'_>,
    ) -> Evaluation {
        let args = A::list(args);
        let outer =
            is_grad_enabled() && (NESTED.get() > 0 || args.iter().any(|x| x.requires_grad()));
        let inputs: Vec<Tensor> = args.into_iter().map(|x| variable(op, x)).collect();
        let value = nested(|| with_grad(true, || f.call(A::args(&inputs))));
        assert!(
            value.dtype().is_float(),
            "{op}: the function's value is {}, not a float",
            value.dtype()
        );
        Evaluation {
            inputs,
            value,
            outer,
        }
    }

    pub(super) fn check_number(&self, op: &'static str) {
        assert!(
            self.value.numel() == 1,
            "{op}: the function's value has shape {:?}, not a single number",
            self.value.shape()
        );
    }

    /// The gradients of `Σ grad · root`; `again` if they will be differentiated here.
    pub(super) fn gradients(&self, roots: Vec<(&Tensor, Tensor)>, again: bool) -> Vec<Tensor> {
        gradients(
            roots,
            &self.inputs,
            Options {
                retain: self.outer || again,
                create_graph: self.outer || again,
            },
        )
    }

    /// The value as the caller sees it.
    pub(super) fn value(&self) -> Tensor {
        if self.outer {
            self.value.clone()
        } else {
            self.value.detach()
        }
    }
}

/// A handle to differentiate by: linked to the outer graph if there is one.
fn variable(op: &'static str, x: &Tensor) -> Tensor {
    assert!(
        x.dtype().is_float(),
        "{op}: an argument is {}; only floats have gradients (convert with `float()`)",
        x.dtype()
    );
    if is_recording(&[x]) {
        view::alias(x)
    } else {
        x.with_meta(Meta::none()).requires_grad_(true)
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
    /// Second derivatives: one tensor, or for every argument a tuple.
    type Blocks;
    /// A list as gradients.
    fn grads(list: Vec<Tensor>) -> Self::Grads;
    /// Gradients of gradients as second derivatives.
    fn blocks(list: Vec<Self::Grads>) -> Self::Blocks;
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
    type Blocks = Tensor;
    fn list<'a>(x: Self::Args<'a>) -> Vec<&'a Tensor> {
        vec![x]
    }
    fn args(list: &[Tensor]) -> &Tensor {
        &list[0]
    }
    fn grads(mut list: Vec<Tensor>) -> Tensor {
        list.remove(0)
    }
    fn blocks(mut list: Vec<Tensor>) -> Tensor {
        list.remove(0)
    }
}

impl<F: Fn(&Tensor) -> Tensor> Differentiable<One> for F {
    fn call(&self, x: &Tensor) -> Tensor {
        self(x)
    }
}

macro_rules! arity {
    ($name:ident $n:literal, $doc:literal, $($x:ident $i:tt $T:ident),*) => {
        #[doc = $doc]
        pub struct $name;
        impl Arity for $name {
            type Args<'a> = ($(&'a $T,)*);
            type Grads = ($($T,)*);
            type Blocks = [Self::Grads; $n];
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
            fn blocks(list: Vec<Self::Grads>) -> Self::Blocks {
                list.try_into().ok().expect("one row per argument")
            }
        }
        impl<F: Fn($(&$T),*) -> Tensor> Differentiable<$name> for F {
            fn call<'a>(&self, ($($x,)*): ($(&'a $T,)*)) -> Tensor {
                self($($x),*)
            }
        }
    };
}
arity!(Two 2, "Functions of two tensors.", a 0 Tensor, b 1 Tensor);
arity!(Three 3, "Functions of three tensors.", a 0 Tensor, b 1 Tensor, c 2 Tensor);
arity!(Four 4, "Functions of four tensors.", a 0 Tensor, b 1 Tensor, c 2 Tensor, d 3 Tensor);
