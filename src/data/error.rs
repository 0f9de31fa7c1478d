//! What can go wrong with data from outside.

use std::{fmt::Write, io, path::PathBuf};

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
}

impl DataError {
    pub(crate) fn damaged(path: impl Into<PathBuf>, reason: impl Into<String>) -> DataError {
        DataError::Damaged {
            path: path.into(),
            reason: reason.into(),
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
