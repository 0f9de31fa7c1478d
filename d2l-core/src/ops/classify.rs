//! Which elements are NaN, infinite, negative; and signs.
use super::{binary::binary, walk};
use crate::{DType, Tensor, tensor::float};

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident |$v:ident| $f:expr, $whole:literal;)*) => { impl Tensor { $(
        $(#[$doc])*
        pub fn $name(&self) -> Tensor {
            if !self.dtype().is_float() {
                return Tensor::filled(*self.dims(), $whole, DType::Bool);
            }
            float!(self.dtype(), T => walk::map::<T, u8>(self, DType::Bool, |$v| u8::from($f)))
        }
    )* } };
}
kinds! {
    /// True where the element is NaN.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN]).isnan(), Tensor::from([false, true]));
    /// ```
    isnan |v| v.is_nan(), 0.0;
    /// True where the element is infinite.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([f32::NEG_INFINITY, f32::NAN]).isinf(), Tensor::from([true, false]));
    /// ```
    isinf |v| v.is_infinite(), 0.0;
    /// True where the element is neither infinite nor NaN.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN]).isfinite(), Tensor::from([true, false]));
    /// ```
    isfinite |v| v.is_finite(), 1.0;
    /// True where the element is +∞.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::INFINITY]).isposinf(), Tensor::from([false, true]));
    /// ```
    isposinf |v| v == T::INFINITY, 0.0;
    /// True where the element is -∞.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::INFINITY]).isneginf(), Tensor::from([false, false]));
    /// ```
    isneginf |v| v == T::NEG_INFINITY, 0.0;
}

impl Tensor {
    /// True where the sign bit is set: negative numbers, and -0.0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-0.0, 0.0, -2.0]).signbit(), Tensor::from([true, false, true]));
    /// ```
    pub fn signbit(&self) -> Tensor {
        if !self.dtype().is_float() {
            return self.lt(0);
        }
        float!(self.dtype(), T => walk::map::<T, u8>(self, DType::Bool, |v| u8::from(v.is_sign_negative())))
    }
}

binary! {
    /// The magnitude of `self` with the sign of `other`. The gradient of `self` changes sign with it
    /// (0 at 0); that of `other` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, -2.0]).copysign(-0.0), Tensor::from([-1.0, -2.0]));
    /// ```
    copysign: Floats, float, |x, y| x.copysign(y),
    |g, x, y| [g * (x.copysign(y) / x).masked_fill(&x.eq(0.0), 0.0), g.zeros_like()];
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(copysign, |x, y| x.copysign(y), [3, 4], [4]);

    #[test]
    fn integers_are_finite() {
        let x = Tensor::from([-1, 2]);
        assert_eq!(x.isfinite(), Tensor::from([true, true]));
        assert_eq!(x.isnan(), Tensor::from([false, false]));
        assert_eq!(x.signbit(), Tensor::from([true, false]));
    }
}
