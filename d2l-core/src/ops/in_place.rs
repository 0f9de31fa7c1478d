//! Changes in place, seen through every handle and view.
use super::operand::{IntoOperand, Operand};
use crate::{
    Tensor,
    autograd::is_grad_enabled,
    error::{Result, bail, ok},
    kernel::{copy, elementwise},
    no_grad,
    tensor::{float, stored},
};
use std::ops;

impl Tensor {
    /// Sets every element to `value`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2]).fill_(3), Tensor::from([3.0, 3.0]));
    /// ```
    ///
    /// # Panics
    /// If the tensor is part of a graph that is being recorded: use `no_grad`.
    #[track_caller]
    pub fn fill_(&self, value: impl Into<f64>) -> Tensor {
        ok!(self.check_in_place("fill_"));
        ok!(self.assign("fill_", Operand::Float(value.into())));
        self.clone()
    }

    /// Sets every element to 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([2]).zero_(), Tensor::zeros([2]));
    /// ```
    ///
    /// # Panics
    /// As [`Tensor::fill_`].
    #[track_caller]
    pub fn zero_(&self) -> Tensor {
        ok!(self.check_in_place("zero_"));
        ok!(self.assign("zero_", 0.0.into()));
        self.clone()
    }

    /// Takes over the values of `source`, which is broadcast and converted.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 2]).copy_(&Tensor::from([1, 2])), Tensor::from([[1.0, 2.0], [1.0, 2.0]]));
    /// ```
    ///
    /// # Panics
    /// If `source` does not broadcast to this shape, or as [`Tensor::fill_`].
    #[track_caller]
    pub fn copy_(&self, source: &Tensor) -> Tensor {
        ok!(self.check_in_place("copy_"));
        ok!(self.assign("copy_", source.into()));
        self.clone()
    }

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
        ok!(self.check_in_place("add_scaled_"));
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
        if !self.is_contiguous() || self.shares_storage(x) {
            return self.assign(OP, Operand::Tensor(&(&self.detach() + x.detach() * alpha)));
        }
        let x = x.contiguous_raw();
        float!(self.dtype(), T => {
            let (mut out, x) = self.write_with::<T>(&x);
            elementwise::axpy(&mut out, alpha as T, &x);
        });
        Ok(())
    }

    /// Refuses a change in place that backward would not know of.
    pub(crate) fn check_in_place(&self, op: &'static str) -> Result<()> {
        if self.requires_grad() && is_grad_enabled() {
            let what = if self.is_leaf() {
                "a tensor that requires a gradient"
            } else {
                "a result that backward needs"
            };
            bail!(
                op,
                Autograd,
                "{what} cannot be changed in place while operations are recorded; wrap the change in `no_grad`"
            );
        }
        Ok(())
    }

    /// Writes a number or a tensor, broadcast and converted, to every element.
    pub(crate) fn assign(&self, op: &'static str, value: Operand<'_>) -> Result<()> {
        self.check_distinct(op)?;
        let source = match value {
            Operand::Tensor(t) => self.matching(op, t)?,
            Operand::Float(v) if self.is_contiguous() => {
                stored!(self.dtype(), T => self.write::<T>().fill(v as T));
                return Ok(());
            }
            Operand::Float(v) => self.full_like(v),
            Operand::Int(v) => Tensor::full(self.shape(), v).to_dtype(self.dtype()),
        };
        stored!(self.dtype(), T => {
            let mut out = self.write_strided::<T>();
            copy::scatter_strided(&source.read::<T>(), &mut out, 0, self.shape(), self.strides());
        });
        Ok(())
    }

    /// `t` as contiguous numbers of this shape and dtype, on other storage.
    fn matching(&self, op: &'static str, t: &Tensor) -> Result<Tensor> {
        let fits =
            crate::tensor::broadcast(op, self.dims(), t.dims()).is_ok_and(|s| s == *self.dims());
        if !fits {
            bail!(
                op,
                Shape,
                "a value of shape {:?} does not broadcast to {:?}",
                t.shape(),
                self.shape()
            );
        }
        let t = t.detach().to_dtype(self.dtype()).expand(*self.dims());
        Ok(if t.shares_storage(self) {
            t.raw_copy()
        } else {
            t.contiguous_raw()
        })
    }

    /// An expanded tensor has several elements at one place: writing to it would be ambiguous.
    fn check_distinct(&self, op: &'static str) -> Result<()> {
        if self.has_repeats() && self.numel() > 0 {
            bail!(
                op,
                Value,
                "an expanded tensor shares memory between elements; change a `copy()`"
            );
        }
        Ok(())
    }

    fn has_repeats(&self) -> bool {
        self.shape()
            .iter()
            .zip(self.strides())
            .any(|(&n, &stride)| n > 1 && stride == 0)
    }

    /// Writes where `mask` is true.
    pub(crate) fn assign_where(&self, mask: &Tensor, value: Operand<'_>) -> Result<()> {
        let new = match value {
            Operand::Tensor(t) => self.matching("set", t)?,
            Operand::Float(v) => self.full_like(v),
            Operand::Int(v) => Tensor::full(self.shape(), v).to_dtype(self.dtype()),
        };
        let (old, mask) = (self.raw_copy(), mask.contiguous_raw());
        let merged = stored!(self.dtype(), T => Tensor::build::<T>(self.dtype(), *self.dims(), |out| {
            let (old, new, mask) = (old.read::<T>(), new.read::<T>(), mask.read::<u8>());
            let choices = old.iter().zip(&*new).zip(&*mask);
            out.iter_mut().zip(choices).for_each(|(o, ((&a, &b), &m))| *o = if m != 0 { b } else { a });
        }));
        self.assign("set", Operand::Tensor(&merged))
    }
}

macro_rules! in_place {
    ($($(#[$doc:meta])* $name:ident $op:ident $op_trait:ident $op_fn:ident |$x:ident, $y:ident| $kernel:expr;)*) => { $(
        impl Tensor {
            $(#[$doc])*
            ///
            /// # Panics
            /// If the other side does not broadcast to this shape, if the result has another
            /// dtype, or if the tensor is part of a graph that is being recorded.
            #[track_caller]
            pub fn $name(&self, other: impl IntoOperand) -> Tensor {
                let other = other.operand();
                ok!(self.check_in_place(stringify!($name)));
                match Plain::of(self, other) {
                    Plain::Number(c) => float!(self.dtype(), T => {
                        let $y = c as T;
                        elementwise::map_in_place(&mut self.write::<T>(), move |$x: T| $kernel);
                    }),
                    Plain::Tensor(t) => float!(self.dtype(), T => {
                        let (mut out, t) = self.write_with::<T>(t);
                        elementwise::zip_in_place(&mut out, &t, |$x: T, $y: T| $kernel);
                    }),
                    Plain::No => ok!(update(self, stringify!($name), other, |x, y| no_grad(|| x.$op(y)))),
                }
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

in_place! {
    /// `self += other`.
    add_ add AddAssign add_assign |x, y| x + y;
    /// `self -= other`.
    sub_ sub SubAssign sub_assign |x, y| x - y;
    /// `self *= other`.
    mul_ mul MulAssign mul_assign |x, y| x * y;
    /// `self /= other`.
    div_ div DivAssign div_assign |x, y| x / y;
}

/// The other side, where the change is one pass over two plain slices of floats.
enum Plain<'a> {
    Number(f64),
    Tensor(&'a Tensor),
    No,
}

impl<'a> Plain<'a> {
    fn of(x: &Tensor, other: Operand<'a>) -> Plain<'a> {
        if !x.is_contiguous() || !x.dtype().is_float() || x.has_repeats() {
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

fn update(
    x: &Tensor,
    op: &'static str,
    other: Operand<'_>,
    f: impl Fn(&Tensor, Operand<'_>) -> Tensor,
) -> Result<()> {
    let y = f(&x.detach(), other);
    if y.dtype() != x.dtype() {
        bail!(
            op,
            DType,
            "the result is {}, which does not fit a {} tensor",
            y.dtype(),
            x.dtype()
        );
    }
    if y.shape() != x.shape() {
        bail!(
            op,
            Shape,
            "the result has shape {:?}, which does not fit {:?}",
            y.shape(),
            x.shape()
        );
    }
    x.assign(op, Operand::Tensor(&y))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, no_grad};

    #[test]
    fn every_handle_and_view_sees_the_change() {
        let mut x = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let (handle, column) = (x.clone(), x.i((.., 0)));
        x += 1.0;
        x.i(1).mul_(Tensor::from([10.0, 100.0]));
        assert_eq!(handle, Tensor::from([[2.0, 3.0], [40.0, 500.0]]));
        assert_eq!(column, Tensor::from([2.0, 40.0]));
    }

    #[test]
    fn input_and_output_may_overlap() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        x.i(1..).copy_(&x.i(..2));
        assert_eq!(x, Tensor::from([1.0, 1.0, 2.0]));
        x.add_scaled_(&x, 1.0);
        x.add_(&x);
        assert_eq!(x, Tensor::from([4.0, 4.0, 8.0]));
    }

    #[test]
    #[should_panic(expected = "add_: a tensor that requires a gradient cannot be changed in place")]
    fn a_leaf_is_protected() {
        let _ = Tensor::zeros([1]).requires_grad_(true).add_(1.0);
    }

    #[test]
    #[should_panic(expected = "saved for backward was changed in place")]
    fn what_backward_needs_is_protected() {
        let x = Tensor::ones([2]).requires_grad_(true);
        let y = x.exp();
        no_grad(|| y.mul_(2.0));
        y.sum().backward();
    }

    #[test]
    #[should_panic(expected = "fill_: an expanded tensor shares memory")]
    fn an_expanded_tensor_is_not_written_to() {
        let _ = Tensor::zeros([1]).expand([3]).fill_(1.0);
    }

    #[test]
    #[should_panic(expected = "add_: the result is f32, which does not fit a i64 tensor")]
    fn integers_do_not_become_floats_in_place() {
        let _ = Tensor::from([1]).add_(0.5);
    }

    #[test]
    fn set_writes_through_a_mask() {
        let x = Tensor::from([1.0, -2.0, -3.0]);
        x.set(&x.lt(0.0), 0.0);
        assert_eq!(x, Tensor::from([1.0, 0.0, 0.0]));
    }
}
