//! Errors of tensor operations: which operation, what kind of mistake, and why.
use std::fmt;

/// What sort of mistake an [`Error`] reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Shapes or numbers of axes that do not fit.
    Shape,
    /// A dtype that the operation does not take.
    DType,
    /// An axis or index out of range.
    Index,
    /// An argument outside its domain.
    Value,
    /// Misuse of gradients: no graph, a freed graph, a forbidden change in place.
    Autograd,
    /// A device that this build does not have.
    Device,
}

/// A refused tensor operation; displays as `matmul: [4, 3] and [5, 2] do not fit: …`.
///
/// ```
/// use d2l_core::{ErrorKind, Tensor};
/// let e = Tensor::zeros([4, 3]).try_matmul(&Tensor::zeros([5, 2])).unwrap_err();
/// assert_eq!((e.op(), e.kind()), ("matmul", ErrorKind::Shape));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Repr>);

#[derive(Clone, PartialEq, Eq)]
struct Repr {
    op: &'static str,
    kind: ErrorKind,
    message: String,
}

/// The result of a `try_` method.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of operation `op`.
    pub fn new(op: &'static str, kind: ErrorKind, message: impl Into<String>) -> Error {
        Error(Box::new(Repr {
            op,
            kind,
            message: message.into(),
        }))
    }

    /// The operation that refused.
    pub fn op(&self) -> &'static str {
        self.0.op
    }

    /// The sort of mistake.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.op, self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for Error {}

/// Panics with `error` and the path of the module that is running.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn fail(error: &Error) -> ! {
    panic!("{error}{}", crate::scope::suffix())
}

/// The value of a `Result`, or a panic at the caller's line. (A `match`, because
/// `#[track_caller]` does not reach into closures.)
macro_rules! ok {
    ($result:expr) => {
        match $result {
            Ok(value) => value,
            Err(error) => $crate::error::fail(&error),
        }
    };
}

/// Returns an `Err` from a `try_` method: `bail!("matmul", Shape, "…")`.
macro_rules! bail {
    ($op:expr, $kind:ident, $($message:tt)*) => {
        return Err($crate::error::Error::new($op, $crate::error::ErrorKind::$kind, format!($($message)*)))
    };
}
pub(crate) use {bail, ok};
