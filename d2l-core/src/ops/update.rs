//! The step of an optimizer: the way from the code of `optimizer!` to its kernel.
use crate::{
    Tensor,
    kernel::update::{Formula, Loop, Loops, Real, Update, bound, update},
    tensor::float,
};

/// Changes the parameter `p` and the optimizer's `state` by the formula `F` of the gradient `g`, in
/// one pass and outside of any graph. All have one float dtype and one shape.
///
/// # Panics
/// If dtypes or shapes differ.
///
/// ```
/// use d2l_core::{Tensor, update::{Formula, Real, update_}};
/// struct Descent;
/// impl Formula<0, 1> for Descent {
///     fn at<T: Real>(p: T, g: T, []: [T; 0], [lr]: [T; 1]) -> (T, [T; 0]) {
///         (p - lr * g, [])
///     }
/// }
/// let (p, g) = (Tensor::from([1.0, 2.0]), Tensor::from([4.0, -4.0]));
/// update_::<Descent, 0, 1>(&p, &g, [], [0.25]);
/// assert_eq!(p, Tensor::from([0.0, 3.0]));
/// ```
pub fn update_<F, const N: usize, const K: usize>(
    p: &Tensor,
    g: &Tensor,
    state: [&Tensor; N],
    numbers: [f64; K],
) where
    F: Formula<N, K>,
    Loops: Loop<N>,
{
    float!(p.dtype(), T => apply(p, g, state, &bound::<F, T, N, K>(numbers)));
}

/// [`update_`], compiled once for all formulas.
fn apply<T: Real, const N: usize>(
    p: &Tensor,
    g: &Tensor,
    state: [&Tensor; N],
    rule: &dyn Update<T, N>,
) {
    for x in state.iter().chain([&g]) {
        assert!(
            (x.dtype(), x.shape()) == (p.dtype(), p.shape()),
            "update_: {} {:?} does not fit a parameter {} {:?}",
            x.dtype(),
            x.shape(),
            p.dtype(),
            p.shape()
        );
    }
    if !p.is_contiguous() {
        let copy = p.raw_copy();
        apply(&copy, g, state, rule);
        crate::no_grad(|| p.copy_(&copy));
        return;
    }
    let g = g.apart_from(p);
    let (mut p, g) = p.write_with::<T>(&g);
    let mut state = state.map(|s| s.write::<T>());
    update(&mut p, &g, state.each_mut().map(|s| &mut **s), rule);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gradient descent with momentum.
    struct Heavy;

    impl Formula<1, 2> for Heavy {
        fn at<T: Real>(p: T, g: T, [v]: [T; 1], [lr, beta]: [T; 2]) -> (T, [T; 1]) {
            let v = beta * v + g;
            (p - lr * v, [v])
        }
    }

    #[test]
    fn a_parameter_that_is_a_view_with_strides_is_changed_too() {
        let whole = Tensor::ones([2, 3]);
        let (p, g) = (
            whole.t(),
            Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]),
        );
        let v = Tensor::zeros([3, 2]);
        update_::<Heavy, 1, 2>(&p, &g, [&v], [0.5, 0.9]);
        assert_eq!(whole, Tensor::from([[0.5, -0.5, -1.5], [0.0, -1.0, -2.0]]));
        assert_eq!(v, g);
    }

    #[test]
    fn a_parameter_may_be_its_own_gradient_and_have_any_float_type() {
        let p = Tensor::from([1.0, -2.0]).double();
        let v = p.zeros_like();
        update_::<Heavy, 1, 2>(&p, &p, [&v], [0.25, 0.9]);
        assert_eq!(p, Tensor::from([0.75, -1.5]).double());
    }

    #[test]
    #[should_panic(expected = "update_: f32 [2] does not fit a parameter f32 [3]")]
    fn shapes_must_agree() {
        let x = Tensor::ones([3]);
        update_::<Heavy, 1, 2>(&x, &x.copy(), [&Tensor::ones([2])], [0.1, 0.9]);
    }
}
