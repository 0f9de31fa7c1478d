//! Derivatives of functions with several outputs, and second derivatives.
//!
//! Every function here takes a function of one tensor or of several, as [`grad`](super::grad) does:
//! several arguments, directions and results are tuples. Inside of each other (and of `grad`) they
//! are differentiated themselves. Forward derivatives and second ones differentiate the backward
//! pass, so they need operations whose rule can be differentiated.
use super::{
    Options,
    function::{Arity, Differentiable, Evaluation},
    gradients,
};
use crate::{Tensor, no_grad, stack};

/// `(f(x), vᵀJ)`, the value of `f` and the gradient of `Σ v · f(x)`: one backward pass. `v` has the
/// shape of the value. PyTorch's `torch.autograd.functional.vjp`.
///
/// # Panics
/// If the shape of `v` differs from the value's.
///
/// ```
/// use d2l_core::{Tensor, vjp};
/// let (x, v) = (Tensor::from([1.0, 2.0]), Tensor::from([3.0, 4.0]));
/// let (value, product) = vjp(|x: &Tensor| x * x)(&x, &v);
/// assert_eq!((value, product), (Tensor::from([1.0, 4.0]), Tensor::from([6.0, 16.0])));
/// ```
pub fn vjp<A: Arity, F: Differentiable<A>>(
    f: F,
) -> impl for<'a, 'v> Fn(A::Args<'a>, &'v Tensor) -> (Tensor, A::Grads) {
    move |args, v| {
        let at = Evaluation::of("vjp", &f, args);
        let v = direction("vjp", &at.value, v);
        let product = at.gradients(vec![(&at.value, v)], false);
        (at.value(), A::grads(product))
    }
}

/// `(f(x), J v)`, the value of `f` and its derivative in the direction `v`, which has the shapes of
/// the arguments: two backward passes. PyTorch's `torch.autograd.functional.jvp`.
///
/// # Panics
/// If the shape of a direction differs from its argument's, or if an operation in `f` has no second
/// derivative.
///
/// ```
/// use d2l_core::{Tensor, jvp};
/// let (x, v) = (Tensor::from([1.0, 2.0]), Tensor::from([1.0, 10.0]));
/// let (value, derivative) = jvp(|x: &Tensor| x.square().sum())(&x, &v);
/// assert_eq!((value.item(), derivative.item()), (5.0, 42.0));
/// ```
pub fn jvp<A: Arity, F: Differentiable<A>>(
    f: F,
) -> impl for<'a, 'v> Fn(A::Args<'a>, A::Args<'v>) -> (Tensor, Tensor) {
    move |args, v| {
        let at = Evaluation::of("jvp", &f, args);
        // `Jᵀu` is linear in `u`, whatever `u` is; its derivative by `u` along `v` is `J v`.
        let u = at.value.zeros_like().requires_grad_(true);
        let pulled = at.gradients(vec![(&at.value, u.clone())], true);
        let roots = along::<A>("jvp", &pulled, v);
        (at.value(), again(roots, &[u], at.outer).remove(0))
    }
}

/// All derivatives of `f`: a tensor of shape `[shape of the value.., shape of x..]`, by one backward
/// pass for every element of the value. PyTorch's `torch.func.jacrev`.
///
/// # Panics
/// If the result would have more than [`MAX_DIM`](crate::MAX_DIM) axes.
///
/// ```
/// use d2l_core::{Tensor, jacobian};
/// let a = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// assert_eq!(jacobian(|x: &Tensor| a.matmul(x))(&Tensor::zeros([2])), a);
/// ```
pub fn jacobian<A: Arity, F: Differentiable<A>>(f: F) -> impl for<'a> Fn(A::Args<'a>) -> A::Grads {
    move |args| {
        let at = Evaluation::of("jacobian", &f, args);
        A::grads(rows(&at, &at.value))
    }
}

/// The second derivatives of `f`, whose value is a single number: a tensor of shape
/// `[shape of x.., shape of x..]`; for several arguments an array with a tuple for each. PyTorch's
/// `torch.func.hessian`.
///
/// # Panics
/// If the value of `f` is not a single number, if an operation in `f` has no second derivative, or
/// if the result would have more than [`MAX_DIM`](crate::MAX_DIM) axes.
///
/// ```
/// use d2l_core::{Tensor, hessian};
/// let cubes = |x: &Tensor| (x * x * x).sum();
/// let h = hessian(cubes)(&Tensor::from([1.0, 2.0]));
/// assert_eq!(h, Tensor::from([[6.0, 0.0], [0.0, 12.0]]));
/// let [(_, xy), (yx, _)] = hessian(|x: &Tensor, y: &Tensor| x * y * y)((
///     &Tensor::from(1.0),
///     &Tensor::from(3.0),
/// ));
/// assert_eq!((xy.item(), yx.item()), (6.0, 6.0));
/// ```
pub fn hessian<A: Arity, F: Differentiable<A>>(f: F) -> impl for<'a> Fn(A::Args<'a>) -> A::Blocks {
    move |args| {
        let at = Evaluation::of("hessian", &f, args);
        at.check_number("hessian");
        let grads = at.gradients(vec![(&at.value, at.value.ones_like())], true);
        A::blocks(grads.iter().map(|g| A::grads(rows(&at, g))).collect())
    }
}

/// `(f(x), H v)`, the value of `f`, a single number, and the product of its second derivatives with
/// `v`, without computing all of them: two backward passes. PyTorch's
/// `torch.autograd.functional.hvp`.
///
/// # Panics
/// If the value of `f` is not a single number, if an operation in `f` has no second derivative, or
/// if the shape of a direction differs from its argument's.
///
/// ```
/// use d2l_core::{Tensor, hvp};
/// let (x, v) = (Tensor::from([1.0, 2.0]), Tensor::from([1.0, 1.0]));
/// let (value, product) = hvp(|x: &Tensor| (x * x * x).sum())(&x, &v);
/// assert_eq!((value.item(), product), (9.0, Tensor::from([6.0, 12.0])));
/// ```
pub fn hvp<A: Arity, F: Differentiable<A>>(
    f: F,
) -> impl for<'a, 'v> Fn(A::Args<'a>, A::Args<'v>) -> (Tensor, A::Grads) {
    move |args, v| {
        let at = Evaluation::of("hvp", &f, args);
        at.check_number("hvp");
        let grads = at.gradients(vec![(&at.value, at.value.ones_like())], true);
        let roots = along::<A>("hvp", &grads, v);
        let product = again(roots, &at.inputs, at.outer);
        (at.value(), A::grads(product))
    }
}

/// Every tensor with its direction.
fn along<'t, A: Arity>(
    op: &'static str,
    tensors: &'t [Tensor],
    v: A::Args<'_>,
) -> Vec<(&'t Tensor, Tensor)> {
    let pairs = tensors.iter().zip(A::list(v));
    pairs.map(|(t, v)| (t, direction(op, t, v))).collect()
}

fn direction(op: &'static str, like: &Tensor, v: &Tensor) -> Tensor {
    assert!(
        v.shape() == like.shape(),
        "{op}: the direction has shape {:?}, not {:?}",
        v.shape(),
        like.shape()
    );
    v.to_dtype(like.dtype())
}

/// A last pass: it frees the graph unless someone outside differentiates on.
fn again(roots: Vec<(&Tensor, Tensor)>, inputs: &[Tensor], outer: bool) -> Vec<Tensor> {
    gradients(
        roots,
        inputs,
        Options {
            retain: outer,
            create_graph: outer,
        },
    )
}

/// The derivatives of every element of `y` by every input, `[shape of y.., shape of the input..]`.
fn rows(at: &Evaluation, y: &Tensor) -> Vec<Tensor> {
    let options = Options {
        retain: true,
        create_graph: at.outer,
    };
    let row = |i| gradients(vec![(y, one_hot(y, i))], &at.inputs, options);
    let rows: Vec<Vec<Tensor>> = (0..y.numel()).map(row).collect();
    let column = |(k, x): (usize, &Tensor)| {
        let shape = [y.shape(), x.shape()].concat();
        if rows.is_empty() {
            return Tensor::zeros(shape).to_dtype(x.dtype());
        }
        let column: Vec<&Tensor> = rows.iter().map(|r| &r[k]).collect();
        stack(&column, 0).reshape(shape)
    };
    at.inputs.iter().enumerate().map(column).collect()
}

fn one_hot(like: &Tensor, i: usize) -> Tensor {
    let v = like.zeros_like();
    no_grad(|| v.reshape(-1).set(i, 1.0));
    v
}

#[cfg(test)]
mod tests {
    use super::{hessian, hvp, jacobian, jvp, vjp};
    use crate::{DType, Tensor, grad, no_grad, value_and_grad};

    fn matrix() -> Tensor {
        Tensor::with_dtype([[1.0, 2.0, -1.0], [0.5, 3.0, 4.0]], DType::F64)
    }

    fn vector() -> Tensor {
        Tensor::with_dtype([0.3, -1.2, 0.7], DType::F64)
    }

    #[test]
    fn products_with_the_jacobian_agree_with_it() {
        let f = |x: &Tensor| matrix().matmul(x).tanh();
        let (u, v) = (vector().i(..2), vector().exp());
        let j = jacobian(f)(&vector());
        assert_eq!(j.shape(), [2, 3]);
        let slope = 1.0 - f(&vector()).square();
        assert!(j.allclose(&(slope.unsqueeze(1) * matrix()), 1e-12, 1e-12));
        let (value, product) = vjp(f)(&vector(), &u);
        assert_eq!(value, f(&vector()));
        assert!(product.allclose(&u.matmul(&j), 1e-12, 1e-12));
        let (value, product) = jvp(f)(&vector(), &v);
        assert_eq!(value, f(&vector()));
        assert!(product.allclose(&j.matmul(&v), 1e-12, 1e-12));
    }

    #[test]
    fn a_quadratic_form_has_its_matrix_as_hessian() {
        let a = matrix().t().matmul(&matrix());
        let f = |x: &Tensor| x.matmul(&a.matmul(x)) * 0.5;
        let h = hessian(f)(&vector());
        assert!(h.allclose(&a, 1e-12, 1e-12));
        let v = vector().exp();
        let (value, product) = hvp(f)(&vector(), &v);
        assert_eq!(value, f(&vector()));
        assert!(product.allclose(&a.matmul(&v), 1e-12, 1e-12));
        let by_jacobian = jacobian(grad(f))(&vector());
        assert!(by_jacobian.allclose(&a, 1e-12, 1e-12));
    }

    #[test]
    fn several_arguments_are_tuples() {
        let f = |x: &Tensor, w: &Tensor| (w.matmul(x)).square().sum();
        let (x, w) = (vector(), matrix());
        let [(xx, xw), (wx, ww)] = hessian(f)((&x, &w));
        let shapes = [&xx, &xw, &wx, &ww].map(|h| h.shape().to_vec());
        assert_eq!(
            shapes,
            [vec![3, 3], vec![3, 2, 3], vec![2, 3, 3], vec![2, 3, 2, 3]]
        );
        assert!(xx.allclose(&(w.t().matmul(&w) * 2.0), 1e-12, 1e-12));
        assert_eq!(xw, wx.permute([2, 0, 1]));
        let (_, (hx, hw)) = hvp(f)((&x, &w), (&x, &w.zeros_like()));
        assert!(hx.allclose(&xx.matmul(&x), 1e-12, 1e-12));
        assert!(hw.allclose(&wx.matmul(&x), 1e-12, 1e-12));
        let (jx, jw) = jacobian(|x: &Tensor, w: &Tensor| w.matmul(x))((&x, &w));
        assert_eq!((jx, jw.shape()), (w.clone(), &[2, 2, 3][..]));
        let (_, both) = jvp(|x: &Tensor, w: &Tensor| w.matmul(x))((&x, &w), (&x, &w));
        assert!(both.allclose(&(w.matmul(&x) * 2.0), 1e-12, 1e-12));
    }

    #[test]
    fn they_can_be_differentiated() {
        let cube = |x: &Tensor| x * x * x;
        let x = Tensor::from(2.0);
        let second = |x: &Tensor| hessian(cube)(x);
        assert_eq!(grad(second)(&x).item(), 6.0);
        let slope = |x: &Tensor| jvp(cube)(x, &Tensor::from(1.0)).1;
        assert_eq!(grad(slope)(&x).item(), 12.0);
        let product = |x: &Tensor| hvp(cube)(x, &Tensor::from(1.0)).1;
        assert_eq!(grad(product)(&x).item(), 6.0);
    }

    #[test]
    fn what_does_not_depend_on_an_argument_has_zeros() {
        let (x, c) = (Tensor::ones([2]), Tensor::from([3.0, 4.0]));
        let constant = |_: &Tensor| c.clone();
        assert_eq!(jacobian(constant)(&x), Tensor::zeros([2, 2]));
        assert_eq!(jvp(constant)(&x, &x).1, Tensor::zeros([2]));
        assert_eq!(hessian(|x: &Tensor| x.sum())(&x), Tensor::zeros([2, 2]));
        assert_eq!(jacobian(|x: &Tensor| x.i(2..))(&x), Tensor::zeros([0, 2]));
    }

    #[test]
    fn an_argument_that_requires_a_gradient_links_the_result_to_its_graph() {
        let x = Tensor::from([1.0, 2.0]).requires_grad_(true);
        let cubes = |x: &Tensor| (x * x * x).sum();
        grad(cubes)(&x).sum().backward();
        assert_eq!(x.grad(), Some(Tensor::from([6.0, 12.0])));
        let g = no_grad(|| grad(cubes)(&x));
        assert_eq!((g.requires_grad(), g), (false, Tensor::from([3.0, 12.0])));
    }

    #[test]
    fn a_captured_graph_is_left_alone() {
        let w = Tensor::from([1.0, 2.0]).requires_grad_(true);
        let h = w.exp();
        let (_, g) = value_and_grad(|x: &Tensor| (x * &h).sum())(&Tensor::ones([2]));
        assert_eq!((g.requires_grad(), g), (false, h.detach()));
        h.sum().backward();
        assert_eq!(w.grad(), Some(h.detach()));
    }

    #[test]
    #[should_panic(expected = "jvp: the direction has shape [3], not [2]")]
    fn a_direction_has_the_shape_of_its_argument() {
        jvp(|x: &Tensor| x.exp())(&Tensor::ones([2]), &Tensor::ones([3]));
    }

    #[test]
    #[should_panic(expected = "grad: an argument is i64; only floats have gradients")]
    fn integers_have_no_gradient() {
        grad(|x: &Tensor| x.sum())(&Tensor::from([1, 2]));
    }

    #[test]
    #[should_panic(expected = "hessian: the function's value has shape [2], not a single number")]
    fn a_hessian_is_of_one_number() {
        hessian(|x: &Tensor| x.exp())(&Tensor::ones([2]));
    }
}
