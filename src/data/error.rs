//! What can go wrong with data from outside.

use crate::file::Fault;
use std::{
    fmt::Write,
    io,
    path::{Path, PathBuf},
};

/// Data could not be had: missing, unreadable or damaged files.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No file in any of the places where it is looked for.
    #[error("{}", not_found(what, tried, help))]
    NotFound {
        /// The data set.
        what: String,
        /// The folders that were looked at, in this order.
        tried: Vec<PathBuf>,
        /// What to do.
        help: String,
    },
    /// The file is there and is not what it should be.
    #[error("{} is damaged or of another kind: {reason}; get a fresh copy of it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
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
}

impl DataError {
    pub(crate) fn damaged(path: impl Into<PathBuf>, reason: impl Into<String>) -> DataError {
        DataError::Damaged {
            path: path.into(),
            reason: reason.into(),
        }
    }
}

impl Fault {
    /// The error of this file; `packing` is the decoder that may have complained.
    pub(super) fn at(self, path: &Path, packing: &str) -> DataError {
        match self {
            Fault::Reason(reason) => DataError::damaged(path, reason),
            Fault::Format(error) => DataError::damaged(path, error.to_string()),
            Fault::Io(source) => match source.kind() {
                io::ErrorKind::UnexpectedEof => DataError::damaged(path, "it is cut short"),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                    DataError::damaged(path, format!("{packing} says: {source}"))
                }
                _ => DataError::Read {
                    path: path.into(),
                    source,
                },
            },
        }
    }
}

fn not_found(what: &str, tried: &[PathBuf], help: &str) -> String {
    let mut text = format!("{what} was not found; looked in");
    for folder in tried {
        let _ = write!(text, "\n  {}", folder.display());
    }
    let _ = write!(text, "\n{help}");
    text
}
