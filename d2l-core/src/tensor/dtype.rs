//! The types of numbers that a tensor can hold.
use crate::kernel::storage::Plain;
use std::{cell::Cell, fmt};

/// The type of a tensor's elements; PyTorch's `dtype`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DType {
    /// `bool`, one byte each.
    Bool,
    /// Unsigned 8-bit integers.
    U8,
    /// Signed 64-bit integers: labels, indices.
    I64,
    /// 32-bit floats, the default.
    F32,
    /// 64-bit floats.
    F64,
}

impl DType {
    /// True for `F32` and `F64`: only these have gradients.
    pub fn is_float(self) -> bool {
        matches!(self, DType::F32 | DType::F64)
    }

    /// Bytes per element.
    pub fn size(self) -> usize {
        match self {
            DType::Bool | DType::U8 => 1,
            DType::F32 => 4,
            DType::I64 | DType::F64 => 8,
        }
    }

    /// The type both operands of a binary operation are converted to. With only these types
    /// PyTorch's rule is the order Bool < U8 < I64 < F32 < F64.
    pub fn promote(self, other: DType) -> DType {
        self.max(other)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            DType::Bool => "bool",
            DType::U8 => "u8",
            DType::I64 => "i64",
            DType::F32 => "f32",
            DType::F64 => "f64",
        })
    }
}

thread_local!(static DEFAULT: Cell<DType> = const { Cell::new(DType::F32) });

/// The dtype of float literals and of `zeros`, `rand`, …: `F32` unless changed on this thread.
pub fn default_dtype() -> DType {
    DEFAULT.get()
}

/// Sets [`default_dtype`] for this thread.
///
/// # Panics
/// If `dtype` is not a float.
#[track_caller]
pub fn set_default_dtype(dtype: DType) {
    assert!(
        dtype.is_float(),
        "set_default_dtype: {dtype} is not a float type"
    );
    DEFAULT.set(dtype);
}

/// A Rust number that tensors are made from and read into.
pub trait Element: Copy + Send + Sync + fmt::Debug + PartialEq + 'static {
    /// How it lies in memory.
    type Stored: Plain;
    /// The dtype that stores it exactly.
    const DTYPE: DType;
    /// Into memory.
    fn store(self) -> Self::Stored;
    /// Out of memory.
    fn load(stored: Self::Stored) -> Self;
    /// The dtype of a literal of this type: the default one for floats.
    fn literal() -> DType {
        if Self::DTYPE.is_float() {
            default_dtype()
        } else {
            Self::DTYPE
        }
    }
}

macro_rules! element {
    ($($t:ty, $stored:ty, $dtype:ident, $store:expr, $load:expr;)*) => { $(
        impl Element for $t {
            type Stored = $stored;
            const DTYPE: DType = DType::$dtype;
            #[inline]
            fn store(self) -> $stored {
                let f: fn($t) -> $stored = $store;
                f(self)
            }
            #[inline]
            fn load(s: $stored) -> $t {
                let f: fn($stored) -> $t = $load;
                f(s)
            }
        }
    )* };
}
element! {
    f32, f32, F32, |x| x, |x| x;
    f64, f64, F64, |x| x, |x| x;
    i64, i64, I64, |x| x, |x| x;
    i32, i64, I64, i64::from, |x| x as i32;
    usize, i64, I64, |x| x as i64, |x| x as usize;
    u8, u8, U8, |x| x, |x| x;
    bool, u8, Bool, u8::from, |x| x != 0;
}

/// Runs the body with `$T` = the type in which a tensor of this dtype is stored.
macro_rules! stored {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::U8 | $crate::DType::Bool => {
                type $T = u8;
                $body
            }
        }
    };
}

/// The same with a type of the elements' size, for what only moves them: fewer loops to compile.
macro_rules! moved {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 | $crate::DType::I64 => {
                type $T = i64;
                $body
            }
            $crate::DType::U8 | $crate::DType::Bool => {
                type $T = u8;
                $body
            }
        }
    };
}

/// [`stored`] for F32, F64 and I64, which elementwise operations compute in; `walk::widen` brings
/// bytes and bools there.
macro_rules! wide {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            _ => {
                type $T = i64;
                $body
            }
        }
    };
}

/// The same for float dtypes; the caller has checked that it is one.
macro_rules! float {
    ($dtype:expr, $T:ident => $body:expr) => {
        match $dtype {
            $crate::DType::F32 => {
                type $T = f32;
                $body
            }
            $crate::DType::F64 => {
                type $T = f64;
                $body
            }
            other => unreachable!("{other} is not a float"),
        }
    };
}
pub(crate) use {float, moved, stored, wide};
