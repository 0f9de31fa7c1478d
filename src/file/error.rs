//! What can go wrong with a file of tensors.
use std::{io, path::PathBuf};

/// What is wrong with the contents of a file of tensors.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// It contradicts itself, is cut short, or is something else altogether.
    #[error("it is damaged or of another kind: {0}")]
    Damaged(String),
    /// It is sound, but holds what tensors cannot hold.
    #[error("{0}")]
    Unsupported(String),
    /// A pickle names something other than tensors and plain data. It is not looked up, let alone
    /// run.
    #[error(
        "it asks for `{0}`, which is neither a tensor nor plain data; save tensors alone: `torch.save(model.state_dict(), path)`"
    )]
    UnknownGlobal(String),
    /// What it describes is out of proportion to its length.
    #[error("it is refused as hostile: {0}")]
    OutOfProportion(String),
    /// It can be read, but what is asked for is not in it.
    #[error("{0}")]
    NoState(String),
}

/// A file of tensors could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The system did not let us read the file.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file could not be written; what was there before still is.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is there and cannot be used.
    #[error("{}: {source}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: FormatError,
    },
}
