//! Going on with a training that was stopped: what is written after an epoch, and how it is taken up.
//!
//! Beside the weights the file holds the state of the optimizer and the history as tensors, under names
//! that no parameter can have, and counters, random state and the loaders' places as JSON.
use super::{
    CheckpointError, Fit, Position,
    checkpoint::{File, Header, format_error, read, write},
};
use crate::{
    data::{DataLoader, LoaderState},
    module::{Model, ModuleExt, Optimizer, StateDict, lazy_names, load_partly},
};
use d2l_core::{DType, Tensor, rng};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const OPTIMIZER: &str = "optimizer.";
const HISTORY: &str = "history.";
/// More than anybody counts; a file that says more is wrong.
const MANY: u64 = 1 << 48;

/// The JSON part.
#[derive(Serialize, Deserialize)]
pub(super) struct Progress {
    epochs: usize,
    train_batch_idx: usize,
    val_batch_idx: usize,
    rng: (u64, u64),
    train_loader: LoaderState,
    val_loader: Option<LoaderState>,
    /// The names of the history, in their order.
    history: Vec<String>,
}

impl Progress {
    fn is_possible(&self) -> bool {
        let loaders = [Some(self.train_loader), self.val_loader]
            .into_iter()
            .flatten();
        let counts = [self.epochs, self.train_batch_idx, self.val_batch_idx].map(|n| n as u64);
        let counts = counts
            .into_iter()
            .chain(loaders.flat_map(|l| [l.epoch, l.batch as u64]));
        counts.into_iter().all(|n| n < MANY)
    }
}

/// The parts of a training that a file keeps or gives back.
pub(super) struct Parts<'a> {
    pub model: &'a Model,
    pub optimizer: &'a mut dyn Optimizer,
    pub train: &'a DataLoader,
    pub val: Option<&'a DataLoader>,
    pub fit: &'a mut Fit,
    pub at: Position,
}

impl Parts<'_> {
    /// Writes a file from which [`Resume`] goes on.
    pub(super) fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let progress = Progress {
            epochs: self.fit.epochs,
            train_batch_idx: self.at.train_batch_idx,
            val_batch_idx: self.at.val_batch_idx,
            rng: rng::default_state(),
            train_loader: self.train.state(),
            val_loader: self.val.map(DataLoader::state),
            history: self.fit.history.iter().map(|h| h.0.clone()).collect(),
        };
        let mut training = StateDict::new();
        for (name, value) in self.optimizer.state_dict().iter() {
            training.insert(format!("{OPTIMIZER}{name}"), value.clone());
        }
        for (name, values) in &self.fit.history {
            let values = Tensor::with_dtype(&values[..], DType::F64);
            training.insert(format!("{HISTORY}{name}"), values);
        }
        let header = Header::of_training(self.model.type_name(), lazy_names(self.model), progress);
        let weights = self.model.state_dict();
        write(
            path,
            &File {
                header: Some(header),
                weights,
                training,
            },
        )
    }
}

/// What a file says about a training.
pub(super) struct Resume {
    path: PathBuf,
    model: String,
    lazy: Vec<String>,
    weights: StateDict,
    optimizer: StateDict,
    history: Vec<(String, Vec<f64>)>,
    progress: Progress,
}

impl Resume {
    pub(super) fn read(path: &Path) -> Result<Resume, CheckpointError> {
        let File {
            header,
            weights,
            training,
        } = read(path)?;
        let none = || format_error(path, "it holds no training to go on with");
        let mut header = header.ok_or_else(none)?;
        let progress = header.training.take().ok_or_else(none)?;
        if !progress.is_possible() {
            return Err(format_error(path, "it counts more than there can be"));
        }
        let history = |name: &String| {
            let values = training.get(&format!("{HISTORY}{name}"));
            let values = values.filter(|t| t.dtype() == DType::F64 && t.dim() == 1);
            let values =
                values.ok_or_else(|| format_error(path, format!("no history of `{name}`")))?;
            Ok::<_, CheckpointError>((name.clone(), values.to_vec::<f64>()))
        };
        let optimizer = training
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(OPTIMIZER)?, value.clone())));
        Ok(Resume {
            path: path.into(),
            model: header.model,
            lazy: header.lazy,
            history: progress
                .history
                .iter()
                .map(history)
                .collect::<Result<_, _>>()?,
            optimizer: optimizer.collect(),
            weights,
            progress,
        })
    }

    /// Puts a training where the file says; gives the counters.
    pub(super) fn apply(self, parts: &mut Parts<'_>) -> Result<Position, CheckpointError> {
        let Parts {
            model,
            optimizer,
            train,
            val,
            fit,
            at,
        } = parts;
        let path = || self.path.clone();
        if self.model != model.type_name() {
            return Err(CheckpointError::OtherModel {
                path: path(),
                expected: model.type_name().to_string(),
                found: self.model,
            });
        }
        load_partly(*model, &self.weights, &self.lazy).map_err(|source| {
            CheckpointError::State {
                path: path(),
                source,
            }
        })?;
        optimizer
            .load_state_dict(&self.optimizer)
            .map_err(|source| CheckpointError::Optimizer {
                path: path(),
                source,
            })?;
        let p = self.progress;
        train.set_state(p.train_loader);
        if let (Some(val), Some(state)) = (val, p.val_loader) {
            val.set_state(state);
        }
        (fit.history, fit.epochs, fit.steps) = (self.history, p.epochs, p.train_batch_idx);
        rng::set_default_state(p.rng);
        Ok(Position {
            epoch: p.epochs.saturating_sub(1),
            train_batch_idx: p.train_batch_idx,
            val_batch_idx: p.val_batch_idx,
            ..*at
        })
    }
}
