//! `+ - * /` with broadcasting, between tensors and numbers.
use super::{
    operand::{IntoOperand, Operand, Other, promote},
    walk::{self, narrow, widen},
};
use crate::{
    DType, Tensor,
    autograd::{Context, Saved},
    default_dtype,
    error::{Result, bail, ok},
    kernel::math::Num,
    tensor::{Dims, broadcast, float, wide},
};
use std::ops;

/// One arithmetic operation: names, documentation, kernel, what the gradients need of each side, and the
/// gradients of both sides.
macro_rules! arithmetic {
    ($(#[$doc:meta])* $op:literal $name:ident $try_name:ident $op_trait:ident $op_fn:ident,
     $cast:expr, |$x:ident, $y:ident| $kernel:expr, $dispatch:ident,
     $kept:ty = $keep:expr, $grads:expr, $grad_number:expr) => {
        impl Tensor {
            $(#[$doc])*
            ///
            /// Shapes broadcast and dtypes promote as in PyTorch.
            ///
            /// # Panics
            /// If the shapes do not broadcast.
            #[track_caller]
            pub fn $name(&self, other: impl IntoOperand) -> Tensor {
                ok!(self.$try_name(other))
            }

            /// The same as a `Result`.
            ///
            /// # Errors
            /// If the shapes do not broadcast.
            pub fn $try_name(&self, other: impl IntoOperand) -> Result<Tensor> {
                // Compiled once for all types of operands.
                fn compute(x: &Tensor, other: Operand<'_>) -> Result<Tensor> {
                    const OP: &str = $op;
                    let (x, other) = promote(x, other);
                    let cast: fn(&'static str, Tensor) -> Result<Tensor> = $cast;
                    let x = cast(OP, x)?;
                    let dtype = x.dtype();
                    let x = widen(x);
                    match other {
                        Other::Number(c) => {
                            let out = $dispatch!(x.dtype(), T => {
                                let $y = <T as Num>::from_f64(c);
                                walk::map::<T, T>(&x, x.dtype(), move |$x| $kernel)
                            });
                            let rule: fn(&Tensor, f64) -> Tensor = $grad_number;
                            Ok(narrow(out, dtype).record(OP, [&x], move |g, _| [Some(rule(g, c))]))
                        }
                        Other::Tensor(y) => {
                            let y = widen(cast(OP, y)?);
                            let shape = broadcast(OP, x.dims(), y.dims())?;
                            let out = $dispatch!(x.dtype(), T => {
                                walk::zip::<T, T, T>(&x, &y, shape, x.dtype(), |$x, $y| $kernel)
                            });
                            let rule: fn(&Tensor, &Context<'_>, &$kept, &$kept) -> [Option<Tensor>; 2] = $grads;
                            let keep: fn(&Tensor, &'static str) -> $kept = $keep;
                            let (a, b) = (keep(&x, OP), keep(&y, OP));
                            Ok(narrow(out, dtype).record(OP, [&x, &y], move |g, cx| rule(g, cx, &a, &b)))
                        }
                    }
                }
                compute(self, other.operand())
            }
        }
        operators!($op_trait $op_fn $name);
    };
}

/// The operator between `Tensor`, `&Tensor` and numbers.
///
/// One impl takes every right-hand side, so that the type of `x * 2.0` is known before that of
/// `2.0`, and `(x * 2.0).exp()` infers. On the left only the types of plain literals are taken,
/// f64 and i32, for the same reason: with f32 too, `(2.0 * x).exp()` would need annotations.
macro_rules! operators {
    ($op_trait:ident $op_fn:ident $name:ident) => {
        impl<R: IntoOperand> ops::$op_trait<R> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $op_fn(self, other: R) -> Tensor {
                Tensor::$name(&self, other.operand())
            }
        }
        impl<R: IntoOperand> ops::$op_trait<R> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $op_fn(self, other: R) -> Tensor {
                Tensor::$name(self, other.operand())
            }
        }
        operators!(@number_first $op_trait $op_fn $name: f64 i32);
    };
    (@number_first $op_trait:ident $op_fn:ident $name:ident: $($t:ty)*) => { $(
        impl ops::$op_trait<&Tensor> for $t {
            type Output = Tensor;
            #[track_caller]
            fn $op_fn(self, other: &Tensor) -> Tensor { Tensor::$name(&number_first(self.into(), other), other) }
        }
        impl ops::$op_trait<Tensor> for $t {
            type Output = Tensor;
            #[track_caller]
            fn $op_fn(self, other: Tensor) -> Tensor { Tensor::$name(&number_first(self.into(), &other), &other) }
        }
    )* };
}

/// A number as a 0-d tensor of the dtype it takes next to `other`.
fn number_first(number: Operand<'_>, other: &Tensor) -> Tensor {
    let (x, number) = promote(&other.detach(), number);
    match number {
        Other::Tensor(t) => t,
        Other::Number(v) => Tensor::filled(Dims::new(&[]), v, x.dtype()),
    }
}

fn any(_: &'static str, x: Tensor) -> Result<Tensor> {
    Ok(x)
}

fn no_bool(op: &'static str, x: Tensor) -> Result<Tensor> {
    if x.dtype() == DType::Bool {
        bail!(
            op,
            DType,
            "bool tensors have no difference; use `ne` (exclusive or) or convert with `long()`"
        );
    }
    Ok(x)
}

/// Quotients of integers are floats.
fn to_float(_: &'static str, x: Tensor) -> Result<Tensor> {
    Ok(if x.dtype().is_float() {
        x
    } else {
        x.to_dtype(default_dtype())
    })
}

arithmetic! {
    /// `self + other`; the logical or of bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0], [2.0]]) + Tensor::from([10.0, 20.0]), Tensor::from([[11.0, 21.0], [12.0, 22.0]]));
    /// ```
    "add" add try_add Add add,
    any, |x, y| Num::plus(x, y), wide,
    Dims = |x, _| *x.dims(),
    |g, cx, a, b| [cx.needs(0, || g.sum_to(a)), cx.needs(1, || g.sum_to(b))],
    |g, _| g.clone()
}

arithmetic! {
    /// `self - other`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([3, 5]) - 1, Tensor::from([2, 4]));
    /// ```
    "sub" sub try_sub Sub sub,
    no_bool, |x, y| Num::minus(x, y), wide,
    Dims = |x, _| *x.dims(),
    |g, cx, a, b| [cx.needs(0, || g.sum_to(a)), cx.needs(1, || -g.sum_to(b))],
    |g, _| g.clone()
}

arithmetic! {
    /// `self * other`, element by element.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(2.0 * Tensor::from([1.0, 2.0]), Tensor::from([2.0, 4.0]));
    /// ```
    "mul" mul try_mul Mul mul,
    any, |x, y| Num::times(x, y), wide,
    Saved = Tensor::saved,
    |g, cx, a, b| [cx.needs(0, || (g * b).sum_to(a.dims())), cx.needs(1, || (g * a).sum_to(b.dims()))],
    |g, c| g * c
}

arithmetic! {
    /// `self / other`; integers are divided as floats.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]) / 2, Tensor::from([0.5, 1.0]));
    /// ```
    "div" div try_div Div div,
    to_float, |x, y| x / y, float,
    Saved = Tensor::saved,
    |g, cx, a, b| [cx.needs(0, || (g / b).sum_to(a.dims())), cx.needs(1, || (-(g * a) / b.square()).sum_to(b.dims()))],
    |g, c| g / c
}

impl Tensor {
    /// `-self`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, -2.0]).neg(), Tensor::from([-1.0, 2.0]));
    /// ```
    ///
    /// # Panics
    /// For bools.
    #[track_caller]
    pub fn neg(&self) -> Tensor {
        let x = ok!(no_bool("neg", self.clone()));
        let out = if x.dtype().is_float() {
            float!(x.dtype(), T => walk::map::<T, T>(&x, x.dtype(), |v| -v))
        } else {
            walk::map::<i64, i64>(&x.long(), DType::I64, i64::wrapping_neg).to_dtype(x.dtype())
        };
        out.record("neg", [self], |g, _| [Some(Tensor::neg(g))])
    }
}

impl ops::Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        Tensor::neg(self)
    }
}

impl ops::Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        Tensor::neg(&self)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};

    gradcheck_test!(add, |a, b| a + b, [3, 4], [4]);
    gradcheck_test!(sub, |a, b| a - b, [3, 1], [3, 4]);
    gradcheck_test!(mul, |a, b| a * b, [3, 4], [3, 4]);
    gradcheck_test!(div, |a, b| a / (b * b + 0.5), [2, 3, 4], [3, 1]);
    gradcheck_test!(numbers, |a| 2.0 - (a * 3.0 + 1) / 2, [3, 4]);
    gradcheck_test!(neg, |a| -a, [3, 4]);

    #[test]
    fn dtypes_promote_as_in_pytorch() {
        let (i, f, b) = (
            Tensor::from([1, 2]),
            Tensor::from([0.5, 0.5]),
            Tensor::from([true, false]),
        );
        assert_eq!(&i + &f, Tensor::from([1.5, 2.5]));
        assert_eq!(&i * 2, Tensor::from([2, 4]));
        assert_eq!(&i * 0.5, Tensor::from([0.5, 1.0]));
        assert_eq!(&b + &b, Tensor::from([true, false]));
        assert_eq!(&b + 1, Tensor::from([2, 1]));
        assert_eq!(
            f.double() + 1.0,
            Tensor::with_dtype([1.5, 1.5], crate::DType::F64)
        );
        assert_eq!(
            &i + ((1i64 << 60) + 1),
            Tensor::from([(1i64 << 60) + 2, (1i64 << 60) + 3])
        );
    }

    #[test]
    #[should_panic(expected = "add: [2, 3] and [2] do not broadcast")]
    fn shapes_that_do_not_fit_are_named() {
        let _ = Tensor::zeros([2, 3]) + Tensor::zeros([2]);
    }

    #[test]
    fn minus_zero_keeps_its_sign() {
        assert!((-Tensor::from(0.0)).item().is_sign_negative());
    }
}
