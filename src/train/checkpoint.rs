//! One file that rebuilds a model: weights as tensors, hyperparameters as JSON.
//!
//! The file is in safetensors format, so that other programs can read the weights. Everything of
//! ours is JSON under one key of its header, `d2l`.
use super::resume::Progress;
use crate::{
    file::{
        Fault, FileError, FormatError,
        safetensors::{Archive, to_bytes},
        write_atomic,
    },
    module::{
        HParamError, HyperParameters, Module, ModuleExt, OptimizerStateError, StateDict,
        StateDictError,
        hparams::{Map, Nothing, short_name},
        lazy_names, load_partly,
    },
};
use serde::{Deserialize, Serialize};
use std::{
    io,
    path::{Path, PathBuf},
};

/// Version of the JSON part; a file of a later one is refused.
const VERSION: u32 = 1;
const KEY: &str = "d2l";

/// Why a checkpoint could not be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The file system refused.
    #[error("cannot {action} the checkpoint {}: {source}", path.display())]
    Io {
        /// `read` or `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// Its reason.
        source: io::Error,
    },
    /// The file is no checkpoint, or a damaged one.
    #[error("{} is not a checkpoint of d2l, or it is damaged: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The checkpoint of another type of model.
    #[error("{} is a checkpoint of `{found}`, not of `{expected}`", path.display())]
    OtherModel {
        /// The file.
        path: PathBuf,
        /// The type asked for.
        expected: String,
        /// The type in the file.
        found: String,
    },
    /// Its hyperparameters do not fit the constructor.
    #[error("{}: {source}", path.display())]
    HyperParameters {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: HParamError,
    },
    /// Its weights do not fit the model.
    #[error("{}: {source}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: StateDictError,
    },
    /// The state of its optimizer does not fit the model's.
    #[error("{}: {source}", path.display())]
    Optimizer {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: OptimizerStateError,
    },
}

/// The JSON part.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    version: u32,
    #[serde(rename = "type")]
    pub(super) model: String,
    /// Absent where the trainer has written the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hparams: Option<Map>,
    /// Parameters that had no shape.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) lazy: Vec<String>,
    /// Where a training stood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) training: Option<Progress>,
}

impl Header {
    pub(super) fn of_training(model: &str, lazy: Vec<String>, training: Progress) -> Header {
        Header {
            version: VERSION,
            model: model.to_string(),
            hparams: None,
            lazy,
            training: Some(training),
        }
    }
}

/// What stands in a file.
pub(super) struct File {
    pub(super) header: Option<Header>,
    pub(super) weights: StateDict,
    /// The tensors of a training, without [`TRAINING`].
    pub(super) training: StateDict,
}

/// What their names begin with in the file; a parameter's path has no colon.
const TRAINING: &str = "trainer::";

/// Saving and rebuilding models.
///
/// ```
/// use d2l::prelude::*;
/// #[derive(Module)]
/// struct Net {
///     #[hparam]
///     hidden: usize,
///     net: LazyLinear,
/// }
/// #[add_to_class(Net)]
/// fn new(hidden: usize) -> Self {
///     save_hyperparameters!(net: LazyLinear::new(hidden))
/// }
/// #[add_to_class(Net)]
/// fn forward(&self, x: &Tensor) -> Tensor {
///     self.net.forward(x)
/// }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (net, x) = (Net::new(3), Tensor::ones([1, 2]));
/// let y = net.forward(&x);
/// let path = std::env::temp_dir().join("d2l-doc-checkpoint.safetensors");
/// net.save_checkpoint(&path)?;
/// let again = Net::load_from_checkpoint(&path)?; // hyperparameters and weights
/// assert_eq!(again.forward(&x), y);
/// # std::fs::remove_file(path)?;
/// # Ok(())
/// # }
/// ```
pub trait Checkpoint: Module + Sized {
    /// Writes weights and hyperparameters to one file. An existing file is replaced only when the
    /// new one is whole.
    ///
    /// # Errors
    /// If the file cannot be written.
    fn save_checkpoint(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError>
    where
        Self: HyperParameters,
    {
        let model = self.type_name().to_string();
        let header = Header {
            version: VERSION,
            model,
            hparams: Some(self.hparams()),
            lazy: lazy_names(self),
            training: None,
        };
        write_model(path.as_ref(), self.state_dict(), Some(header))
    }

    /// Builds the model anew from its file.
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or is of another model.
    fn load_from_checkpoint(path: impl AsRef<Path>) -> Result<Self, CheckpointError>
    where
        Self: HyperParameters,
        Self::Ignored: Nothing,
    {
        Self::load_from_checkpoint_with(path, Nothing::UNIT)
    }

    /// The same for a constructor with `ignore`d arguments: one bare, several as a tuple.
    ///
    /// # Errors
    /// As [`load_from_checkpoint`](Checkpoint::load_from_checkpoint).
    fn load_from_checkpoint_with(
        path: impl AsRef<Path>,
        ignored: Self::Ignored,
    ) -> Result<Self, CheckpointError>
    where
        Self: HyperParameters,
    {
        let path = path.as_ref();
        let file = read(path)?;
        let none = || {
            format_error(
                path,
                "it holds weights alone, no hyperparameters; use `load`",
            )
        };
        let header = file.header.ok_or_else(none)?;
        let hparams = header.hparams.ok_or_else(none)?;
        let expected = short_name::<Self>();
        if header.model != expected {
            let (expected, found) = (expected.to_string(), header.model);
            return Err(CheckpointError::OtherModel {
                path: path.into(),
                expected,
                found,
            });
        }
        let model = Self::from_hparams(&hparams, ignored).map_err(|source| {
            CheckpointError::HyperParameters {
                path: path.into(),
                source,
            }
        })?;
        load_partly(&model, &file.weights, &header.lazy).map_err(|source| {
            CheckpointError::State {
                path: path.into(),
                source,
            }
        })?;
        Ok(model)
    }

    /// Writes the weights alone.
    ///
    /// # Errors
    /// If the file cannot be written.
    fn save(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        Ok(self.state_dict().write(path)?)
    }

    /// Takes over the weights of a file: all or none. The file may be a checkpoint, a safetensors
    /// file of any program, or a state that `torch.save` has written; see [`StateDict::read`].
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or does not fit the model.
    fn load(&self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let path = path.as_ref();
        let weights = StateDict::read_where(path, |name| !name.starts_with(TRAINING))?;
        self.load_state_dict(&weights)
            .map_err(|source| CheckpointError::State {
                path: path.into(),
                source,
            })
    }
}

impl<M: Module> Checkpoint for M {}

pub(super) fn format_error(path: &Path, reason: impl ToString) -> CheckpointError {
    CheckpointError::Format {
        path: path.into(),
        reason: reason.to_string(),
    }
}

/// The error of a file of tensors as one of a checkpoint.
impl From<FileError> for CheckpointError {
    fn from(error: FileError) -> CheckpointError {
        let io = |action, path, source| CheckpointError::Io {
            action,
            path,
            source,
        };
        match error {
            FileError::Read { path, source } => io("read", path, source),
            FileError::Write { path, source } => io("write", path, source),
            FileError::Format { path, source } => match source {
                FormatError::Damaged(reason) => CheckpointError::Format { path, reason },
                other => format_error(&path, other),
            },
        }
    }
}

fn write_model(
    path: &Path,
    weights: StateDict,
    header: Option<Header>,
) -> Result<(), CheckpointError> {
    let training = StateDict::new();
    write(
        path,
        &File {
            header,
            weights,
            training,
        },
    )
}

pub(super) fn write(path: &Path, file: &File) -> Result<(), CheckpointError> {
    let own = file.training.iter();
    let own: Vec<_> = own
        .map(|(name, t)| (format!("{TRAINING}{name}"), t))
        .collect();
    let tensors = file
        .weights
        .iter()
        .chain(own.iter().map(|(name, t)| (name.as_str(), *t)));
    let json = file.header.as_ref().map(serde_json::to_string).transpose();
    let note = json
        .map_err(|e| format_error(path, e))?
        .map(|json| (KEY.into(), json));
    let bytes = to_bytes(tensors, note).map_err(|e| format_error(path, e))?;
    write_atomic(path, &bytes, true).map_err(|source| CheckpointError::Io {
        action: "write",
        path: path.into(),
        source,
    })
}

pub(super) fn read(path: &Path) -> Result<File, CheckpointError> {
    let in_file = |fault: Fault| CheckpointError::from(fault.in_file(path));
    let file = std::fs::File::open(path).map_err(|e| in_file(e.into()))?;
    let mut archive = Archive::open(file).map_err(in_file)?;
    let header = header(path, archive.note(KEY))?;
    let (mut weights, mut training) = (StateDict::new(), StateDict::new());
    for name in archive.names() {
        let tensor = archive.tensor(&name).map_err(in_file)?;
        match name.strip_prefix(TRAINING) {
            Some(name) => training.insert(name, tensor),
            None => weights.insert(name, tensor),
        }
    }
    Ok(File {
        header,
        weights,
        training,
    })
}

fn header(path: &Path, json: Option<&str>) -> Result<Option<Header>, CheckpointError> {
    let Some(json) = json else {
        return Ok(None);
    };
    let header: Header = serde_json::from_str(json).map_err(|e| format_error(path, e))?;
    if header.version > VERSION {
        let why = format!(
            "its version is {}, this build reads up to {VERSION}",
            header.version
        );
        return Err(format_error(path, why));
    }
    Ok(Some(header))
}
