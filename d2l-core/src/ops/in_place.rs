//! Operations whose result takes the place of their first operand.
//!
//! What [`Tensor::fill_`] says of changes in place holds for all of them.
use super::operand::{IntoOperand, Operand};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::elementwise,
    tensor::float,
};
use std::ops;

impl Tensor {
    /// `self += alpha * x`; PyTorch's `add_(x, alpha=alpha)`. The step of an optimizer.
    ///
    /// # Panics
    /// If shapes or dtypes differ, or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let w = Tensor::from([1.0, 2.0]);
    /// w.add_scaled_(&Tensor::from([10.0, 20.0]), -0.1);
    /// assert_eq!(w, Tensor::from([0.0, 0.0]));
    /// ```
    #[track_caller]
    pub fn add_scaled_(&self, x: &Tensor, alpha: f64) -> Tensor {
        ok!(self.try_add_scaled(x, alpha));
        self.clone()
    }

    fn try_add_scaled(&self, x: &Tensor, alpha: f64) -> Result<()> {
        const OP: &str = "add_scaled_";
        if (self.shape(), self.dtype()) != (x.shape(), x.dtype()) {
            bail!(
                OP,
                Shape,
                "{} {:?} and {} {:?} differ",
                self.dtype(),
                self.shape(),
                x.dtype(),
                x.shape()
            );
        }
        self.check_float(OP)?;
        self.check_in_place(OP)?;
        if !self.is_contiguous() {
            return self.update(OP, &[x], &|y| y + x * alpha);
        }
        let source = x.apart_from(self);
        float!(self.dtype(), T => {
            let (mut out, x) = self.write_with::<T>(&source);
            elementwise::axpy(&mut out, alpha as T, &x);
        });
        self.changed(OP, x, move |g, cx| {
            [Some(g.clone()), cx.needs(1, || g * alpha)]
        });
        Ok(())
    }
}

/// The other side, where the change is one pass over two plain slices of floats.
enum Plain<'a> {
    Number(f64),
    Tensor(&'a Tensor),
    No,
}

impl<'a> Plain<'a> {
    fn of(x: &Tensor, other: Operand<'a>) -> Plain<'a> {
        if !x.is_contiguous() || !x.dtype().is_float() {
            return Plain::No;
        }
        match other {
            Operand::Float(v) => Plain::Number(v),
            Operand::Int(v) => Plain::Number(v as f64),
            Operand::Tensor(t) => {
                let alike = t.dims() == x.dims() && t.dtype() == x.dtype() && t.is_contiguous();
                if alike && !t.shares_storage(x) {
                    Plain::Tensor(t)
                } else {
                    Plain::No
                }
            }
        }
    }
}

/// Gradient of the other side of a sum or difference, which need not know the former values.
type OfOther = Option<fn(&Tensor) -> Tensor>;

/// An operator: kernel, gradient next to a number, gradient of the other tensor.
macro_rules! operators {
    ($($(#[$doc:meta])* $name:ident $op:ident $op_trait:ident $op_fn:ident,
       |$x:ident, $y:ident| $kernel:expr, $number:expr, $other:expr;)*) => { $(
        impl Tensor {
            $(#[$doc])*
            ///
            /// # Panics
            /// If the other side does not broadcast to this shape, if the result has another
            /// dtype, or as [`Tensor::fill_`].
            #[track_caller]
            pub fn $name(&self, other: impl IntoOperand) -> Tensor {
                // Compiled once for all types of operands.
                fn change(x: &Tensor, other: Operand<'_>) -> Result<()> {
                    const OP: &str = stringify!($name);
                    let number: fn(&Tensor, f64) -> Tensor = $number;
                    let of_other: OfOther = $other;
                    x.check_in_place(OP)?;
                    match Plain::of(x, other) {
                        Plain::Number(c) => {
                            float!(x.dtype(), T => {
                                let $y = c as T;
                                elementwise::map_in_place(&mut x.write::<T>(), move |$x: T| $kernel);
                            });
                            x.changed(OP, x, move |g, _| [Some(number(g, c)), None]);
                        }
                        Plain::Tensor(t) if of_other.is_some() || !x.records_change(t) => {
                            float!(x.dtype(), T => {
                                let (mut out, t) = x.write_with::<T>(t);
                                elementwise::zip_in_place(&mut out, &t, |$x: T, $y: T| $kernel);
                            });
                            x.changed(OP, t, move |g, cx| {
                                [Some(g.clone()), cx.needs(1, || of_other.map_or_else(|| g.clone(), |f| f(g)))]
                            });
                        }
                        _ => x.update(OP, &tensors([other]), &|x| x.$op(other))?,
                    }
                    Ok(())
                }
                ok!(change(self, other.operand()));
                self.clone()
            }
        }
        impl<R: IntoOperand> ops::$op_trait<R> for Tensor {
            #[track_caller]
            fn $op_fn(&mut self, other: R) {
                self.$name(other.operand());
            }
        }
    )* };
}

operators! {
    /// `self += other`.
    add_ add AddAssign add_assign, |x, y| x + y, |g, _| g.clone(), Some(|g| g.clone());
    /// `self -= other`.
    sub_ sub SubAssign sub_assign, |x, y| x - y, |g, _| g.clone(), Some(|g| -g);
    /// `self *= other`.
    mul_ mul MulAssign mul_assign, |x, y| x * y, |g, c| g * c, None;
    /// `self /= other`.
    div_ div DivAssign div_assign, |x, y| x / y, |g, c| g / c, None;
}

/// The tensors among operands.
fn tensors<const N: usize>(operands: [Operand<'_>; N]) -> Vec<&Tensor> {
    let tensor = |o| match o {
        Operand::Tensor(t) => Some(t),
        _ => None,
    };
    operands.into_iter().filter_map(tensor).collect()
}

macro_rules! in_place {
    ($($name:ident $op:ident($($arg:ident),*);)*) => { impl Tensor { $(
        #[doc = concat!("[`Tensor::", stringify!($op), "`] in place.")]
        ///
        /// # Panics
        /// As that operation does; if the result has another shape or dtype; or as
        /// [`Tensor::fill_`].
        #[track_caller]
        pub fn $name(&self, $($arg: impl IntoOperand),*) -> Tensor {
            $(let $arg = $arg.operand();)*
            ok!(self.update(stringify!($name), &tensors([$($arg),*]), &|x| x.$op($($arg),*)));
            self.clone()
        }
    )* } };
}

in_place! {
    abs_ abs();
    bitwise_and_ bitwise_and(other);
    bitwise_not_ bitwise_not();
    bitwise_or_ bitwise_or(other);
    bitwise_xor_ bitwise_xor(other);
    ceil_ ceil();
    clamp_ clamp(min, max);
    clamp_max_ clamp_max(max);
    clamp_min_ clamp_min(min);
    cos_ cos();
    exp_ exp();
    expm1_ expm1();
    floor_ floor();
    floor_divide_ floor_divide(other);
    fmod_ fmod(other);
    ln_ ln();
    log1p_ log1p();
    logical_and_ logical_and(other);
    logical_not_ logical_not();
    logical_or_ logical_or(other);
    logical_xor_ logical_xor(other);
    neg_ neg();
    pow_ pow(exponent);
    reciprocal_ reciprocal();
    relu_ relu();
    remainder_ remainder(other);
    round_ round();
    rsqrt_ rsqrt();
    sigmoid_ sigmoid();
    sign_ sign();
    sin_ sin();
    sqrt_ sqrt();
    square_ square();
    tan_ tan();
    tanh_ tanh();
    trunc_ trunc();
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, no_grad, testing::gradcheck_test};

    gradcheck_test!(
        operators,
        |x, y| {
            let mut z = x * y;
            z += x;
            z *= 3.0;
            z -= x.i(0);
            z *= y;
            z /= y.square() + 1.0;
            z.add_scaled_(x, 0.5);
            z
        },
        [3, 4],
        [3, 4]; no empty, scalar);
    gradcheck_test!(
        functions,
        |x| {
            let y = x * 0.5;
            y.square_().add_(1.0).ln_();
            y.t().exp_().pow_(2).clamp_(0.5, 100.0);
            y
        },
        [3, 4]
    );
    gradcheck_test!(
        a_sum_into_a_slice,
        |x, k| {
            let y = Tensor::zeros([4, 5]).double();
            for (i, j) in [(0, 0), (1, 0), (2, 1)] {
                let mut part = y.i((i..i + 2, j..j + 3));
                part += x.i((i, j)) * k;
            }
            y
        },
        [3, 4],
        [2, 3]; no empty, scalar);

    #[test]
    fn a_view_made_before_the_change_knows_of_it() {
        let x = Tensor::from([1.0, 2.0]).requires_grad_(true);
        let y = Tensor::zeros([2]);
        let first = y.i(0);
        y.add_(&x);
        assert!(first.requires_grad());
        (first * 5.0).backward();
        assert_eq!(x.grad(), Some(Tensor::from([5.0, 0.0])));
    }

    #[test]
    fn what_was_computed_before_the_change_keeps_its_gradient() {
        let x = Tensor::from([3.0]).requires_grad_(true);
        let y = &x * 2.0;
        let z = &y + &x;
        y.mul_(10.0);
        (z + y).sum().backward();
        assert_eq!(x.grad(), Some(Tensor::from([23.0])));
    }

    #[test]
    fn a_tensor_may_be_its_own_operand() {
        let x = Tensor::from([1.0, 1.0, 2.0]);
        x.add_scaled_(&x, 1.0);
        x.add_(&x);
        assert_eq!(x, Tensor::from([4.0, 4.0, 8.0]));
    }

    #[test]
    fn integers_wrap_and_round_in_place() {
        let x = Tensor::from([7, -7]);
        assert_eq!(x.floor_divide_(2), Tensor::from([3, -4]));
        assert_eq!(x.remainder_(3), Tensor::from([0, 2]));
    }

    #[test]
    #[should_panic(expected = "add_: a tensor that requires a gradient cannot be changed in place")]
    fn a_leaf_is_protected() {
        let _ = Tensor::zeros([1]).requires_grad_(true).add_(1.0);
    }

    #[test]
    #[should_panic(expected = "`exp` saved for backward was changed in place")]
    fn what_backward_needs_is_protected() {
        let x = Tensor::ones([2]).requires_grad_(true);
        let y = x.exp();
        no_grad(|| y.mul_(2.0));
        y.sum().backward();
    }

    #[test]
    #[should_panic(expected = "`mul` saved for backward was changed in place")]
    fn what_another_operation_saved_is_protected_too() {
        let x = Tensor::ones([2]).requires_grad_(true);
        let y = &x * 2.0;
        let z = &y * &y;
        y.add_(1.0);
        z.sum().backward();
    }

    #[test]
    #[should_panic(expected = "add_: the result is f32, which does not fit a i64 tensor")]
    fn integers_do_not_become_floats_in_place() {
        let _ = Tensor::from([1]).add_(0.5);
    }

    #[test]
    #[should_panic(expected = "mul_: the result has shape [2, 3], which does not fit [3]")]
    fn the_shape_stays() {
        let _ = Tensor::ones([3]).mul_(Tensor::ones([2, 3]));
    }
}
