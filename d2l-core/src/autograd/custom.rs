//! Operations that users define: a forward function and its gradient rule.
use super::{Context, Saved, is_grad_enabled, is_recording, with_grad};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::Dims,
};

/// An operation on `N` tensors (at most four) with a gradient rule of its own; PyTorch's
/// `torch.autograd.Function`. The value holds its settings and what is no tensor.
///
/// ```
/// use d2l_core::{Context, Function, Tensor, grad};
///
/// /// `x^n`.
/// struct Power(i32);
///
/// impl Function<1> for Power {
///     const NAME: &'static str = "power";
///     const TWICE: bool = true;
///
///     fn forward(&mut self, [x]: [&Tensor; 1]) -> (Tensor, Vec<Tensor>) {
///         (x.pow(self.0), vec![x.clone()])
///     }
///
///     fn backward(&self, g: &Tensor, saved: &[Tensor], _: &Context<'_>) -> [Option<Tensor>; 1] {
///         [Some(g * saved[0].pow(self.0 - 1) * self.0)]
///     }
/// }
///
/// let cube = |x: &Tensor| Power(3).apply([x]);
/// assert_eq!(grad(cube)(&Tensor::from(2.0)).item(), 12.0);
/// assert_eq!(grad(grad(cube))(&Tensor::from(2.0)).item(), 12.0);
/// ```
pub trait Function<const N: usize>: Send + Sync + 'static {
    /// What messages call the operation.
    const NAME: &'static str;

    /// Whether `backward` may be differentiated again: true promises that it is made of tensor
    /// operations on `grad` and `saved` alone, and that these are inputs or the result. Otherwise a
    /// second derivative is an error.
    const TWICE: bool = false;

    /// The result, and the tensors that `backward` needs. Nothing in here is recorded.
    fn forward(&mut self, inputs: [&Tensor; N]) -> (Tensor, Vec<Tensor>);

    /// The gradients of the inputs, given that of the result and the tensors that `forward` saved.
    /// `None` is a gradient of zeros; [`Context::needs`] skips what nobody asks for.
    fn backward(&self, grad: &Tensor, saved: &[Tensor], cx: &Context<'_>) -> [Option<Tensor>; N];

    /// Applies the operation and records it. A result of integers has no gradient.
    ///
    /// # Panics
    /// If [`Function::TWICE`] is promised and something else than inputs and result is saved. In
    /// `backward`, if a saved tensor was changed in place, or if a gradient has another shape or
    /// dtype than its input.
    #[track_caller]
    fn apply(mut self, inputs: [&Tensor; N]) -> Tensor
    where
        Self: Sized,
    {
        let (out, saved) = with_grad(false, || self.forward(inputs));
        if !is_recording(&inputs) || !out.dtype().is_float() {
            return out.detach();
        }
        if Self::TWICE {
            ok!(check_saved(Self::NAME, inputs, &out, &saved));
        }
        let kept = keep(Self::NAME, inputs, &out, saved);
        let with_output = kept.iter().any(Option::is_none);
        let like = inputs.map(|x| (*x.dims(), x.dtype()));
        let rule = move |g: &Tensor, cx: &Context<'_>| {
            let saved: Vec<Tensor> = kept
                .iter()
                .map(|k| k.as_deref().unwrap_or_else(|| cx.output()).clone())
                .collect();
            let again = Self::TWICE && is_grad_enabled();
            let grads = with_grad(again, || self.backward(g, &saved, cx));
            ok!(check_gradients(Self::NAME, &grads, &like));
            if Self::TWICE {
                grads
            } else {
                cx.once(g, grads)
            }
        };
        if with_output {
            out.record_output(Self::NAME, inputs, rule)
        } else {
            out.record(Self::NAME, inputs, rule)
        }
    }
}

/// What `backward` will need; `None` stands for the result, which its own node must not own.
fn keep<const N: usize>(
    op: &'static str,
    inputs: [&Tensor; N],
    out: &Tensor,
    saved: Vec<Tensor>,
) -> Vec<Option<Saved>> {
    let is_result = |t: &Tensor| t.same(out) && !inputs.iter().any(|x| x.same(t));
    saved
        .into_iter()
        .map(|t| (!is_result(&t)).then(|| Saved::new(op, t)))
        .collect()
}

fn check_saved<const N: usize>(
    op: &'static str,
    inputs: [&Tensor; N],
    out: &Tensor,
    saved: &[Tensor],
) -> Result<()> {
    let known = |t: &Tensor| t.same(out) || inputs.iter().any(|x| x.same(t));
    match saved.iter().position(|t| !known(t)) {
        None => Ok(()),
        Some(i) => bail!(
            op,
            Autograd,
            "saved tensor {i} is neither an input nor the result, so how it depends on the inputs is \
             lost and `TWICE` cannot be kept"
        ),
    }
}

fn check_gradients(
    op: &'static str,
    grads: &[Option<Tensor>],
    inputs: &[(Dims, DType)],
) -> Result<()> {
    for (i, (grad, (shape, dtype))) in grads.iter().zip(inputs).enumerate() {
        if let Some(g) = grad
            && (g.dims(), g.dtype()) != (shape, *dtype)
        {
            bail!(
                op,
                Shape,
                "the gradient of input {i} is {} {:?}, the input {dtype} {shape:?}",
                g.dtype(),
                g.shape()
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Context, Function, Tensor, grad, no_grad, testing::GradCheck};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    /// `a · exp(b)`, from the second input and the result.
    struct Scaled;

    impl Function<2> for Scaled {
        const NAME: &'static str = "scaled";
        const TWICE: bool = true;

        fn forward(&mut self, [a, b]: [&Tensor; 2]) -> (Tensor, Vec<Tensor>) {
            let y = a * b.exp();
            (y.clone(), vec![b.clone(), y])
        }

        fn backward(&self, g: &Tensor, saved: &[Tensor], cx: &Context<'_>) -> [Option<Tensor>; 2] {
            [
                cx.needs(0, || g * saved[0].exp()),
                cx.needs(1, || g * &saved[1]),
            ]
        }
    }

    #[test]
    fn inputs_and_the_result_can_be_saved_and_differentiated_twice() {
        let f = |x: &[Tensor]| Scaled.apply([&x[0], &x[1]]);
        let inputs = [Tensor::randn([3]), Tensor::randn([3])];
        GradCheck::new().check(f, &inputs).unwrap();
        GradCheck::new().check_second(f, &inputs).unwrap();
    }

    /// A rule on plain numbers, with a wrong shape if told so.
    struct Doubled(bool);

    impl Function<1> for Doubled {
        const NAME: &'static str = "doubled";

        fn forward(&mut self, [x]: [&Tensor; 1]) -> (Tensor, Vec<Tensor>) {
            (x * 2.0, vec![x * 1.0])
        }

        fn backward(&self, g: &Tensor, _: &[Tensor], _: &Context<'_>) -> [Option<Tensor>; 1] {
            let numbers: Vec<f32> = g.to_vec::<f32>().iter().map(|v| v * 2.0).collect();
            [Some(if self.0 {
                Tensor::ones([7])
            } else {
                Tensor::from_vec(numbers, g.shape())
            })]
        }
    }

    fn message<R>(f: impl FnOnce() -> R) -> String {
        let caught = catch_unwind(AssertUnwindSafe(|| drop(f())));
        *caught.unwrap_err().downcast::<String>().unwrap()
    }

    #[test]
    fn a_rule_that_does_not_promise_more_is_differentiated_once() {
        let x = Tensor::from([1.0, 2.0]);
        let f = |x: &Tensor| Doubled(false).apply([x]).sum();
        assert_eq!(grad(f)(&x), Tensor::from([2.0, 2.0]));
        let twice = message(|| grad(|x: &Tensor| grad(f)(x).sum())(&x));
        assert_eq!(
            twice,
            "backward: second derivatives of `doubled` are not supported"
        );
    }

    #[test]
    fn a_gradient_of_another_shape_is_refused() {
        let f = |x: &Tensor| Doubled(true).apply([x]).sum();
        let e = message(|| grad(f)(&Tensor::from([1.0, 2.0])));
        assert_eq!(
            e,
            "doubled: the gradient of input 0 is f32 [7], the input f32 [2]"
        );
    }

    #[test]
    fn a_saved_tensor_may_not_change() {
        let b = Tensor::from([1.0]).requires_grad_(true);
        let y = Scaled.apply([&b.detach(), &b]);
        no_grad(|| b.add_(1.0));
        let e = message(|| y.backward());
        assert!(e.contains("`scaled` saved for backward was changed"), "{e}");
    }

    struct Promising;

    impl Function<1> for Promising {
        const NAME: &'static str = "promising";
        const TWICE: bool = true;

        fn forward(&mut self, [x]: [&Tensor; 1]) -> (Tensor, Vec<Tensor>) {
            (x.exp(), vec![x * 1.0])
        }

        fn backward(&self, g: &Tensor, _: &[Tensor], _: &Context<'_>) -> [Option<Tensor>; 1] {
            [Some(g.clone())]
        }
    }

    #[test]
    fn a_promise_that_cannot_be_kept_is_refused() {
        let x = Tensor::from([1.0]).requires_grad_(true);
        let e = message(|| Promising.apply([&x]));
        assert!(
            e.starts_with("promising: saved tensor 0 is neither an input nor the result"),
            "{e}"
        );
    }

    #[test]
    fn without_a_gradient_nothing_is_recorded() {
        let x = Tensor::from([1.0]).requires_grad_(true);
        assert!(!no_grad(|| Doubled(false).apply([&x])).requires_grad());
        assert!(!Doubled(false).apply([&x.detach()]).requires_grad());
    }
}
