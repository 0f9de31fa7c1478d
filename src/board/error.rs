//! What can go wrong when a figure is written.

use std::{io, path::PathBuf};

/// A figure could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BoardError {
    /// The file system refused; an earlier file of that name is untouched.
    #[error(
        "cannot write the figure {}: {source} (does the folder exist, and may it be written to?)",
        path.display()
    )]
    Write {
        /// The file that was asked for.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The name asks for a format that this build cannot draw.
    #[error("cannot write the figure {}: only .svg files can be drawn", path.display())]
    Format {
        /// The file that was asked for.
        path: PathBuf,
    },
}
