//! States in files: safetensors is read and written, PyTorch's format read.
use super::StateDict;
use crate::file::{
    Fault, FileError, FormatError, Value,
    pytorch::{self, Kind},
    safetensors::{self, Archive},
    write_atomic,
};
use std::{
    fs::File,
    io::{Cursor, Read, Seek},
    path::Path,
};

impl StateDict {
    /// Reads a safetensors file or a state that `torch.save` has written (in either of its formats),
    /// whichever the content is. Tensors are read one by one. `f16` and `bf16` become `F32`, short
    /// integers `I64`.
    ///
    /// ```
    /// use d2l::{module::StateDict, prelude::*};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = std::env::temp_dir().join("d2l-doc-state.safetensors");
    /// let net = Linear::new(2, 1);
    /// net.state_dict().write(&path)?;
    /// assert_eq!(StateDict::read(&path)?.get("bias"), Some(&net.bias.detach()));
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`FileError::Read`] when the system does not hand out the file; [`FileError::Format`] when it
    /// is neither, damaged, hostile, or holds more than a state: a checkpoint with other entries is
    /// read by [`Value::read`].
    pub fn read(path: impl AsRef<Path>) -> Result<StateDict, FileError> {
        StateDict::read_where(path, |_| true)
    }

    /// [`StateDict::read`] of the tensors alone whose name `keep` likes; of a safetensors file the
    /// others are not read.
    ///
    /// # Errors
    /// As [`StateDict::read`].
    ///
    /// ```
    /// use d2l::{module::StateDict, prelude::*};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let path = std::env::temp_dir().join("d2l-doc-part.safetensors");
    /// sequential![Linear::new(2, 3), Linear::new(3, 1)].state_dict().write(&path)?;
    /// let head = StateDict::read_where(&path, |name| name.starts_with("1."))?;
    /// assert_eq!(head.len(), 2);
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn read_where(
        path: impl AsRef<Path>,
        keep: impl Fn(&str) -> bool,
    ) -> Result<StateDict, FileError> {
        let path = path.as_ref();
        let read = || read(&mut File::open(path)?, &keep);
        read().map_err(|fault| fault.in_file(path))
    }

    /// [`StateDict::read`] from memory.
    ///
    /// # Errors
    /// As [`StateDict::read`].
    pub fn from_bytes(bytes: &[u8]) -> Result<StateDict, FormatError> {
        read(&mut Cursor::new(bytes), &|_| true).map_err(Fault::in_bytes)
    }

    /// The safetensors file of this state.
    ///
    /// ```
    /// use d2l::{module::StateDict, prelude::*};
    /// let state = Linear::new(2, 1).state_dict();
    /// let again = StateDict::from_bytes(&state.to_bytes()?)?;
    /// assert_eq!(again.get("weight"), state.get("weight"));
    /// # Ok::<(), d2l::file::FormatError>(())
    /// ```
    ///
    /// # Errors
    /// If the names alone are longer than the format allows, 100 MB.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FormatError> {
        safetensors::to_bytes(self.iter(), None)
    }

    /// Writes a safetensors file. An existing file is replaced only when the new one is whole.
    ///
    /// # Errors
    /// If the system refuses, or as [`StateDict::to_bytes`].
    pub fn write(&self, path: impl AsRef<Path>) -> Result<(), FileError> {
        let path = path.as_ref();
        let format = |source| FileError::Format {
            path: path.into(),
            source,
        };
        let bytes = self.to_bytes().map_err(format)?;
        write_atomic(path, &bytes, true).map_err(|source| FileError::Write {
            path: path.into(),
            source,
        })
    }
}

fn read(file: &mut (impl Read + Seek), keep: &dyn Fn(&str) -> bool) -> Result<StateDict, Fault> {
    if let Kind::PyTorch = Kind::of(file)? {
        let mut state = StateDict::try_from(&pytorch::read(file)?)?;
        state.retain(|name, _| keep(name));
        return Ok(state);
    }
    let mut archive = Archive::open(file)?;
    let names = archive.names().into_iter().filter(|name| keep(name));
    let tensor = |name: String| Ok((name.clone(), archive.tensor(&name)?));
    names.collect::<Vec<_>>().into_iter().map(tensor).collect()
}

/// A dictionary of tensors; what is more than that is refused.
///
/// ```
/// use d2l::{file::Value, module::StateDict, prelude::*};
/// let w = (Value::Str("w".into()), Value::Tensor(Tensor::ones([1])));
/// let state = StateDict::try_from(&Value::Dict(vec![w]))?;
/// assert_eq!(state.get("w"), Some(&Tensor::ones([1])));
/// assert!(StateDict::try_from(&Value::Int(3)).is_err());
/// # Ok::<(), d2l::file::FormatError>(())
/// ```
impl TryFrom<&Value> for StateDict {
    type Error = FormatError;

    fn try_from(value: &Value) -> Result<StateDict, FormatError> {
        let Value::Dict(entries) = value else {
            return Err(FormatError::NoState(
                "it holds something else than a dictionary of tensors; look at it with `Value::read`"
                    .into(),
            ));
        };
        let tensor = |(key, value): &(Value, Value)| match (key, value) {
            (Value::Str(name), Value::Tensor(t)) => Ok((name.clone(), t.clone())),
            _ => Err(not_a_state(entries)),
        };
        entries.iter().map(tensor).collect()
    }
}

/// The refusal of a dictionary with other things than tensors.
fn not_a_state(entries: &[(Value, Value)]) -> FormatError {
    let names = entries.iter().filter_map(|e| match &e.0 {
        Value::Str(name) => Some(format!("`{name}`")),
        _ => None,
    });
    let names: Vec<String> = names.take(8).collect();
    FormatError::NoState(format!(
        "it holds more than tensors, under {}: read it with `Value::read`, and make a state of one part with `StateDict::try_from`",
        names.join(", ")
    ))
}
