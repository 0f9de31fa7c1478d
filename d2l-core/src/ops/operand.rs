//! What may stand on the other side of an operation: a number or a tensor.
use crate::{DType, Tensor, default_dtype};

/// A number or a tensor. A number next to a float tensor takes the tensor's dtype.
#[derive(Clone, Copy)]
pub enum Operand<'a> {
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// A tensor.
    Tensor(&'a Tensor),
}

/// What may stand to the right of `+ - * /` and their like: numbers, `Tensor`, `&Tensor`.
#[diagnostic::on_unimplemented(
    message = "a tensor cannot be combined with `{Self}`",
    label = "neither a tensor nor a number",
    note = "numbers are f32, f64, i32, i64, u8 and usize"
)]
pub trait IntoOperand {
    /// As an operand.
    fn operand(&self) -> Operand<'_>;
}

impl IntoOperand for Operand<'_> {
    fn operand(&self) -> Operand<'_> {
        *self
    }
}

impl IntoOperand for Tensor {
    fn operand(&self) -> Operand<'_> {
        Operand::Tensor(self)
    }
}

impl<T: IntoOperand> IntoOperand for &T {
    fn operand(&self) -> Operand<'_> {
        (**self).operand()
    }
}

macro_rules! number {
    ($($t:ty => $variant:ident as $as:ty;)*) => { $(
        impl IntoOperand for $t {
            fn operand(&self) -> Operand<'_> { Operand::$variant(*self as $as) }
        }
        impl From<$t> for Operand<'_> {
            fn from(x: $t) -> Self { Operand::$variant(x as $as) }
        }
    )* };
}
number! { f64 => Float as f64; f32 => Float as f64; i32 => Int as i64; i64 => Int as i64; usize => Int as i64; u8 => Int as i64; }

impl<'a> From<&'a Tensor> for Operand<'a> {
    fn from(x: &'a Tensor) -> Self {
        Operand::Tensor(x)
    }
}

/// The other side, of one dtype with the first.
pub(crate) enum Other {
    Number(f64),
    Tensor(Tensor),
}

/// `x` and `other` converted to the dtype PyTorch promotes them to.
pub(crate) fn promote(x: &Tensor, other: Operand<'_>) -> (Tensor, Other) {
    let dtype = match other {
        Operand::Tensor(t) => x.dtype().promote(t.dtype()),
        Operand::Int(_) if x.dtype() == DType::Bool => DType::I64,
        Operand::Float(_) if !x.dtype().is_float() => default_dtype(),
        _ => x.dtype(),
    };
    let other = match other {
        Operand::Tensor(t) => Other::Tensor(t.to_dtype(dtype)),
        // An f64 does not hold every i64.
        Operand::Int(v) if v.unsigned_abs() > 1 << 53 => {
            Other::Tensor(Tensor::full([0; 0], v).to_dtype(dtype))
        }
        Operand::Int(v) => Other::Number(v as f64),
        Operand::Float(v) => Other::Number(v),
    };
    (x.to_dtype(dtype), other)
}
