//! Logic and bits, element by element.
use super::{
    binary::{Pair, Takes, pair},
    operand::{IntoOperand, Operand},
    walk::{self, widen},
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::broadcast,
};
use std::ops;

macro_rules! logical {
    ($($(#[$doc:meta])* $name:ident |$x:ident, $y:ident| $f:expr;)*) => { impl Tensor { $(
        $(#[$doc])*
        ///
        /// Anything but 0 counts as true, NaN too; shapes broadcast.
        ///
        /// # Panics
        /// If the shapes do not broadcast.
        #[track_caller]
        pub fn $name(&self, other: impl IntoOperand) -> Tensor {
            ok!(truths(stringify!($name), self, other.operand(), |$x, $y| $f))
        }
    )* } };
}

/// `f` of the truth (0 or 1) of both sides.
fn truths(op: &'static str, x: &Tensor, y: Operand<'_>, f: fn(u8, u8) -> u8) -> Result<Tensor> {
    let y = match y {
        Operand::Tensor(y) => y.detach().bool(),
        Operand::Int(v) => Tensor::from(v != 0),
        Operand::Float(v) => Tensor::from(v != 0.0),
    };
    let x = x.detach().bool();
    let shape = broadcast(op, x.dims(), y.dims())?;
    Ok(walk::zip::<u8, u8, u8>(&x, &y, shape, DType::Bool, f))
}

logical! {
    /// True where both are.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0, 2]).logical_and(1), Tensor::from([false, true]));
    /// ```
    logical_and |x, y| x & y;
    /// True where one is, or both.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0, 2]).logical_or(0), Tensor::from([false, true]));
    /// ```
    logical_or |x, y| x | y;
    /// True where exactly one is.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0, 2]).logical_xor(1), Tensor::from([true, false]));
    /// ```
    logical_xor |x, y| x ^ y;
}

macro_rules! bitwise {
    ($($(#[$doc:meta])* $name:ident $takes:ident |$x:ident, $y:ident| $f:expr;)*) => { impl Tensor { $(
        $(#[$doc])*
        ///
        /// Shapes broadcast and dtypes promote.
        ///
        /// # Panics
        /// If the shapes do not broadcast, or for floats.
        #[track_caller]
        pub fn $name(&self, other: impl IntoOperand) -> Tensor {
            ok!(bits(stringify!($name), Takes::$takes, self, other.operand(), |$x, $y| $f))
        }
    )* } };
}

/// `f` of both sides as `I64`, cut back to their dtype.
fn bits(
    op: &'static str,
    takes: Takes,
    x: &Tensor,
    y: Operand<'_>,
    f: fn(i64, i64) -> i64,
) -> Result<Tensor> {
    let Pair { x, y, shape, dtype } = pair(op, Takes::Integers, x, y)?;
    if takes == Takes::Numbers && dtype == DType::Bool {
        bail!(
            op,
            DType,
            "bool tensors cannot be shifted; convert with `long()`"
        );
    }
    Ok(walk::zip::<i64, i64, i64>(&x, &y, shape, DType::I64, f).to_dtype(dtype))
}

bitwise! {
    /// The bits that both have; the logical and of bools. Also written `&x & &y`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([12, 10]).bitwise_and(6), Tensor::from([4, 2]));
    /// ```
    bitwise_and Integers |x, y| x & y;
    /// The bits that one has, or both; the logical or of bools. Also written `&x | &y`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([12, 10]).bitwise_or(6), Tensor::from([14, 14]));
    /// ```
    bitwise_or Integers |x, y| x | y;
    /// The bits that exactly one has; the exclusive or of bools. Also written `&x ^ &y`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([12, 10]).bitwise_xor(6), Tensor::from([10, 12]));
    /// ```
    bitwise_xor Integers |x, y| x ^ y;
    /// `self * 2^other`; 0 where `other` is negative or not less than the number of bits.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 3]).bitwise_left_shift(2), Tensor::from([4, 12]));
    /// ```
    bitwise_left_shift Numbers |x, y| if (0..64).contains(&y) { x << y } else { 0 };
    /// `self / 2^other` rounded down; the sign alone is left where `other` is negative or not less
    /// than the number of bits.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([12, -1]).bitwise_right_shift(2), Tensor::from([3, -1]));
    /// ```
    bitwise_right_shift Numbers |x, y| x >> if (0..64).contains(&y) { y } else { 63 };
}

impl Tensor {
    /// True where the element is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0, 2]).logical_not(), Tensor::from([true, false]));
    /// ```
    pub fn logical_not(&self) -> Tensor {
        walk::map::<u8, u8>(&self.detach().bool(), DType::Bool, |v| 1 - v)
    }

    /// All bits turned over, which is `-x - 1`; the opposite of bools. Also written `!&x`.
    ///
    /// # Panics
    /// For floats.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([5]).bitwise_not(), Tensor::from([-6]));
    /// assert_eq!(!Tensor::from([true]), Tensor::from([false]));
    /// ```
    #[track_caller]
    pub fn bitwise_not(&self) -> Tensor {
        ok!(self.try_not())
    }

    fn try_not(&self) -> Result<Tensor> {
        let dtype = self.dtype();
        if dtype.is_float() {
            bail!(
                "bitwise_not",
                DType,
                "{dtype} tensors have no bits to work on; convert with `long()` or `bool()`"
            );
        }
        if dtype == DType::Bool {
            return Ok(self.logical_not());
        }
        Ok(walk::map::<i64, i64>(&widen(self.clone()), DType::I64, |v| !v).to_dtype(dtype))
    }
}

macro_rules! operators {
    ($($op:ident $f:ident $name:ident;)*) => { $(
        impl<R: IntoOperand> ops::$op<R> for &Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $f(self, other: R) -> Tensor {
                self.$name(other.operand())
            }
        }
        impl<R: IntoOperand> ops::$op<R> for Tensor {
            type Output = Tensor;
            #[track_caller]
            fn $f(self, other: R) -> Tensor {
                self.$name(other.operand())
            }
        }
    )* };
}
operators! {
    BitAnd bitand bitwise_and;
    BitOr bitor bitwise_or;
    BitXor bitxor bitwise_xor;
}

impl ops::Not for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        self.bitwise_not()
    }
}

impl ops::Not for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn not(self) -> Tensor {
        self.bitwise_not()
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor};

    #[test]
    fn bytes_stay_bytes() {
        let x = Tensor::with_dtype([200, 15], DType::U8);
        assert_eq!(
            x.bitwise_left_shift(1),
            Tensor::with_dtype([144, 30], DType::U8)
        );
        assert_eq!(!&x, Tensor::with_dtype([55, 240], DType::U8));
    }

    #[test]
    fn bools_combine() {
        let (a, b) = (
            Tensor::from([true, true, false]),
            Tensor::from([true, false, false]),
        );
        assert_eq!(&a & &b, b);
        assert_eq!(&a ^ &b, Tensor::from([false, true, false]));
        assert_eq!(a.logical_and(f32::NAN), a);
    }

    #[test]
    #[should_panic(expected = "bitwise_and: f32 tensors have no bits")]
    fn floats_have_no_bits() {
        let _ = Tensor::ones([2]).bitwise_and(1);
    }

    #[test]
    #[should_panic(expected = "bitwise_left_shift: bool tensors cannot be shifted")]
    fn bools_do_not_shift() {
        let x = Tensor::from([true]);
        let _ = x.bitwise_left_shift(&x);
    }
}
