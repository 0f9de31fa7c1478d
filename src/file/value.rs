//! What a file of PyTorch's holds.
use super::{Fault, FileError, FormatError, pytorch};
use d2l_core::Tensor;
use std::{fs::File, io::Cursor, path::Path};

/// What `torch.save` has written: a tensor, or tensors and plain data in lists and dictionaries.
///
/// Both of PyTorch's formats are read, the zip file and the older stream. The pickle in them is not
/// run: the few names that tensors and plain data need are known, any other is refused, with that
/// name. Tensors keep the values of their view (strides and offsets); where the file has one view
/// twice, both are handles on one tensor. `f16` and `bf16` become `F32`, short integers `I64`.
///
/// ```no_run
/// use d2l::{file::Value, module::StateDict, prelude::*};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // torch.save({"epoch": 3, "model": model.state_dict()}, "checkpoint.pt")
/// let checkpoint = Value::read("checkpoint.pt")?;
/// assert_eq!(checkpoint.get("epoch"), Some(&Value::Int(3)));
/// let state = StateDict::try_from(checkpoint.get("model").ok_or("no model")?)?;
/// Linear::new(2, 1).load_state_dict(&state)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Value {
    /// `None`.
    None,
    /// A bool.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text; a device or dtype of PyTorch's by its name.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list.
    List(Vec<Value>),
    /// A tuple, or a `torch.Size`.
    Tuple(Vec<Value>),
    /// A dictionary, ordered or not, in the file's order.
    Dict(Vec<(Value, Value)>),
    /// A tensor or a parameter.
    Tensor(Tensor),
}

impl Value {
    /// Reads a file that `torch.save` has written.
    ///
    /// # Errors
    /// [`FileError::Read`] when the system does not hand out the file; otherwise
    /// [`FileError::Format`] with what is wrong.
    pub fn read(path: impl AsRef<Path>) -> Result<Value, FileError> {
        let path = path.as_ref();
        let read = || pytorch::read(&mut File::open(path)?);
        read().map_err(|fault: Fault| fault.in_file(path))
    }

    /// The same from bytes in memory.
    ///
    /// # Errors
    /// As [`Value::read`].
    ///
    /// ```
    /// use d2l::file::Value;
    /// assert!(Value::from_bytes(b"not a file of PyTorch's").is_err());
    /// ```
    pub fn from_bytes(bytes: &[u8]) -> Result<Value, FormatError> {
        pytorch::read(&mut Cursor::new(bytes)).map_err(Fault::in_bytes)
    }

    /// The value of a dictionary under this text; of a key that stands twice the last.
    ///
    /// ```
    /// use d2l::file::Value;
    /// let d = Value::Dict(vec![(Value::Str("epoch".into()), Value::Int(3))]);
    /// assert_eq!((d.get("epoch"), d.get("x")), (Some(&Value::Int(3)), None));
    /// ```
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Dict(entries) = self else {
            return None;
        };
        let is = |k: &Value| matches!(k, Value::Str(s) if s == key);
        entries.iter().rev().find(|e| is(&e.0)).map(|e| &e.1)
    }

    /// The tensor, if it is one.
    ///
    /// ```
    /// use d2l::{Tensor, file::Value};
    /// assert!(Value::Tensor(Tensor::ones([2])).tensor().is_some());
    /// assert!(Value::None.tensor().is_none());
    /// ```
    pub fn tensor(&self) -> Option<&Tensor> {
        match self {
            Value::Tensor(t) => Some(t),
            _ => None,
        }
    }
}
