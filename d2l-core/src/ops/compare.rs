//! Comparisons, element by element, with `Bool` results.
use super::{
    operand::{IntoOperand, Operand, Other, promote},
    walk::{self, widen},
};
use crate::{
    DType, Tensor,
    error::{Result, ok},
    tensor::{Dims, broadcast, wide},
};

macro_rules! comparison {
    ($($(#[$doc:meta])* $name:ident |$x:ident, $y:ident| $by:expr;)*) => { impl Tensor { $(
        $(#[$doc])*
        ///
        /// # Panics
        /// If the shapes do not broadcast.
        #[track_caller]
        #[allow(clippy::should_implement_trait, reason = "PyTorch's name; `==` compares whole tensors")]
        pub fn $name(&self, other: impl IntoOperand) -> Tensor {
            let ($x, $y) = ok!(operands(stringify!($name), self, other.operand()));
            $by
        }
    )* } };
}

/// Both sides in one dtype; a number as a tensor without axes.
fn operands(op: &'static str, x: &Tensor, other: Operand<'_>) -> Result<(Tensor, Tensor)> {
    let (x, other) = promote(&x.detach(), other);
    let y = match other {
        Other::Number(v) => Tensor::filled(Dims::new(&[]), v, x.dtype()),
        Other::Tensor(y) => y.detach(),
    };
    broadcast(op, x.dims(), y.dims())?;
    Ok((widen(x), widen(y)))
}

/// The three kernels that all comparisons come down to.
fn compare(x: &Tensor, y: &Tensor, which: Which) -> Tensor {
    let shape = broadcast("compare", x.dims(), y.dims()).expect("checked before");
    wide!(x.dtype(), T => match which {
        Which::Equal => walk::zip::<T, T, u8>(x, y, shape, DType::Bool, |a, b| u8::from(a == b)),
        Which::Less => walk::zip::<T, T, u8>(x, y, shape, DType::Bool, |a, b| u8::from(a < b)),
        Which::LessEqual => walk::zip::<T, T, u8>(x, y, shape, DType::Bool, |a, b| u8::from(a <= b)),
    })
}

enum Which {
    Equal,
    Less,
    LessEqual,
}

fn not(x: &Tensor) -> Tensor {
    walk::map::<u8, u8>(x, DType::Bool, |v| 1 - v)
}

comparison! {
    /// Where `self` equals `other`. (`==` asks whether two tensors are the same as a whole.)
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]).eq(2), Tensor::from([false, true]));
    /// ```
    eq |x, y| compare(&x, &y, Which::Equal);
    /// Where `self` differs from `other`.
    ne |x, y| not(&compare(&x, &y, Which::Equal));
    /// Where `self` is less than `other`.
    lt |x, y| compare(&x, &y, Which::Less);
    /// Where `self` is at most `other`.
    le |x, y| compare(&x, &y, Which::LessEqual);
    /// Where `self` is greater than `other`.
    gt |x, y| compare(&y, &x, Which::Less);
    /// Where `self` is at least `other`.
    ge |x, y| compare(&y, &x, Which::LessEqual);
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn numbers_and_tensors_compare() {
        let x = Tensor::from([1.0, 2.0, 3.0]);
        assert_eq!(x.gt(1.5), Tensor::from([false, true, true]));
        assert_eq!(
            x.le(Tensor::from([1, 1, 3])),
            Tensor::from([true, false, true])
        );
        assert_eq!(x.ne(Tensor::from([[1.0], [2.0]])).shape(), [2, 3]);
        assert_eq!(Tensor::from([f32::NAN]).eq(f32::NAN), Tensor::from([false]));
    }
}
