//! Comparisons, element by element, with `Bool` results.
use super::{
    operand::{Operand, Other, promote},
    walk,
};
use crate::{DType, Tensor, error::ok, kernel::math::Num, tensor::{broadcast, stored}};

macro_rules! comparison {
    ($($(#[$doc:meta])* $name:ident $symbol:tt;)*) => { impl Tensor { $(
        $(#[$doc])*
        ///
        /// # Panics
        /// If the shapes do not broadcast.
        #[track_caller]
        #[allow(clippy::should_implement_trait, reason = "PyTorch's name; `==` compares whole tensors")]
        pub fn $name<'a>(&self, other: impl Into<Operand<'a>>) -> Tensor {
            let (x, other) = promote(&self.detach(), other.into());
            match other {
                Other::Number(c) => stored!(x.dtype(), T => {
                    let c = T::from_f64(c);
                    walk::map::<T, u8>(&x, DType::Bool, move |v| u8::from(v $symbol c))
                }),
                Other::Tensor(y) => {
                    let shape = ok!(broadcast(stringify!($name), x.dims(), y.dims()));
                    stored!(x.dtype(), T => walk::zip::<T, T, u8>(&x, &y, shape, DType::Bool, |a, b| u8::from(a $symbol b)))
                }
            }
        }
    )* } };
}

comparison! {
    /// Where `self` equals `other`. (`==` asks whether two tensors are the same as a whole.)
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]).eq(2), Tensor::from([false, true]));
    /// ```
    eq ==;
    /// Where `self` differs from `other`.
    ne !=;
    /// Where `self` is less than `other`.
    lt <;
    /// Where `self` is at most `other`.
    le <=;
    /// Where `self` is greater than `other`.
    gt >;
    /// Where `self` is at least `other`.
    ge >=;
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn numbers_and_tensors_compare() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        assert_eq!(x.gt(1.5), Tensor::from([false, true, true]));
        assert_eq!(x.le(&Tensor::from([1, 1, 3])), Tensor::from([true, false, true]));
        assert_eq!(x.ne(&Tensor::from([[1.0], [2.0]])).shape(), [2, 3]);
        assert_eq!(Tensor::from([f32::NAN]).eq(f32::NAN), Tensor::from([false]));
    }
}
