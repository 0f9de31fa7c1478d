//! Hyperparameters from a file that a person writes.
use super::{HParamError, Map};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Why a file of hyperparameters could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The file system refused.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// Neither TOML nor JSON, by the file's name or its content.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A key or a value does not fit the constructor.
    #[error("{}: {source}", path.display())]
    HyperParameters {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: HParamError,
    },
}

impl ConfigError {
    pub(super) fn new(path: &Path, source: HParamError) -> ConfigError {
        let path = path.into();
        ConfigError::HyperParameters { path, source }
    }
}

/// The keys of a file: its extension says which language it is in.
pub(super) fn read(path: &Path) -> Result<Map, ConfigError> {
    let format = |reason: String| ConfigError::Format {
        path: path.into(),
        reason,
    };
    let parse: fn(&str) -> Result<Map, String> = match path.extension().and_then(|e| e.to_str()) {
        Some("toml") => |text| basic_toml::from_str(text).map_err(|e| e.to_string()),
        Some("json") => |text| serde_json::from_str(text).map_err(|e| e.to_string()),
        _ => return Err(format("its name should end in `.toml` or `.json`".into())),
    };
    let text = fs::read_to_string(path).map_err(|source| ConfigError::Io {
        path: path.into(),
        source,
    })?;
    parse(&text).map_err(format)
}
