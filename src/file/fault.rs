//! What a reader meets, before the file is named.
use super::{FileError, FormatError};
use std::{io, path::Path};

/// A failure in the middle of reading.
pub(crate) enum Fault {
    Io(io::Error),
    Reason(String),
    Format(FormatError),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Fault {
        Fault::Io(error)
    }
}

impl From<FormatError> for Fault {
    fn from(error: FormatError) -> Fault {
        Fault::Format(error)
    }
}

impl Fault {
    pub(crate) fn reason(text: impl Into<String>) -> Fault {
        Fault::Reason(text.into())
    }

    /// What is wrong with the contents, unless it is the system that failed.
    pub(crate) fn of_content(self) -> Result<FormatError, io::Error> {
        Ok(match self {
            Fault::Reason(reason) => FormatError::Damaged(reason),
            Fault::Format(error) => error,
            Fault::Io(source) => match source.kind() {
                io::ErrorKind::UnexpectedEof => FormatError::Damaged("it is cut short".into()),
                io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                    FormatError::Damaged(source.to_string())
                }
                _ => return Err(source),
            },
        })
    }

    /// The error of the file at `path`.
    pub(crate) fn in_file(self, path: &Path) -> FileError {
        let path = path.into();
        match self.of_content() {
            Ok(source) => FileError::Format { path, source },
            Err(source) => FileError::Read { path, source },
        }
    }

    /// The error of bytes in memory.
    pub(crate) fn in_bytes(self) -> FormatError {
        self.of_content()
            .unwrap_or_else(|system| FormatError::Damaged(system.to_string()))
    }
}
