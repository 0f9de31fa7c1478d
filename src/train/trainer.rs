//! The trainer: settings, and the entrances to the loop.
use super::{CheckpointError, Fit, Position, Training, resume::Resume};
use crate::{
    board::ProgressBoard,
    data::{Batch, DataModule},
    module::{Metrics, Model, ModuleExt, Trainable, hparams::Map},
};
use d2l_core::no_grad;
use std::path::{Path, PathBuf};

type PrepareBatch = Box<dyn Fn(Batch) -> Batch>;

/// Fits a model to data (book 3.2): for each epoch a pass over the training data with one
/// optimizer step per batch, then one over the validation data. Batches, losses and metrics are
/// drawn on a [`ProgressBoard`] and returned as a [`Fit`].
///
/// Each step is `training_step` → `zero_grad` → `backward` → clipping → `step`. The model is in
/// training mode for training batches and in evaluation mode for validation, and stays in
/// evaluation mode afterwards. A trainer may fit several models, each from the start.
///
/// ```
/// use d2l::prelude::*;
/// # #[derive(Module)] struct Net { #[hparam] lr: f32, net: LazyLinear }
/// # #[add_to_class(Net)] fn forward(&self, x: &Tensor) -> Tensor { self.net.forward(x) }
/// # #[add_to_class(Net)] fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor { y_hat.mse_loss(y) }
/// # fn main() {
/// let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
/// let mut model = Net { lr: 0.03, net: LazyLinear::new(1) };
/// let fit = Trainer::new(3).gradient_clip_val(10.0).progress(false).fit(&mut model, &data);
/// assert_eq!(fit.history("train_loss").len(), 3);
/// # }
/// ```
pub struct Trainer {
    pub(super) max_epochs: usize,
    pub(super) gradient_clip_val: f64,
    pub(super) plot_train_per_epoch: usize,
    pub(super) plot_valid_per_epoch: usize,
    pub(super) progress: bool,
    pub(super) position: Position,
    board: ProgressBoard,
    prepare_batch: Option<PrepareBatch>,
    pub(super) checkpoint: Option<PathBuf>,
    pub(super) resume: Option<Resume>,
}

impl Trainer {
    /// A trainer of `max_epochs` epochs, without clipping, with progress on stderr.
    pub fn new(max_epochs: usize) -> Trainer {
        Trainer {
            max_epochs,
            gradient_clip_val: 0.0,
            plot_train_per_epoch: 2,
            plot_valid_per_epoch: 1,
            progress: true,
            position: Position::default(),
            board: ProgressBoard::new(),
            prepare_batch: None,
            checkpoint: None,
            resume: None,
        }
    }

    /// Clips the common norm of all gradients to `norm` before each step; 0, the default, does not.
    ///
    /// # Panics
    /// If `norm` is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn gradient_clip_val(mut self, norm: f64) -> Trainer {
        assert!(
            norm >= 0.0,
            "Trainer: gradient_clip_val {norm} is negative or NaN"
        );
        self.gradient_clip_val = norm;
        self
    }

    /// Whether progress is shown on stderr (default: yes): a bar in a terminal, a line per epoch
    /// elsewhere.
    #[must_use]
    pub fn progress(mut self, show: bool) -> Trainer {
        self.progress = show;
        self
    }

    /// The board to draw on: its scales, size and file; the points of a run come back in
    /// [`Fit::board`]. The horizontal axis goes from 0 to `max_epochs` unless it says otherwise.
    #[must_use]
    pub fn board(mut self, board: ProgressBoard) -> Trainer {
        self.board = board;
        self
    }

    /// How many points of a training curve are drawn per epoch (default 2).
    #[must_use]
    pub fn plot_train_per_epoch(mut self, points: usize) -> Trainer {
        self.plot_train_per_epoch = points;
        self
    }

    /// How many points of a validation curve are drawn per epoch (default 1).
    #[must_use]
    pub fn plot_valid_per_epoch(mut self, points: usize) -> Trainer {
        self.plot_valid_per_epoch = points;
        self
    }

    /// A function every batch goes through before the model sees it; the book's `prepare_batch`.
    #[must_use]
    pub fn prepare_batch(mut self, f: impl Fn(Batch) -> Batch + 'static) -> Trainer {
        self.prepare_batch = Some(Box::new(f));
        self
    }

    /// A file to write after every epoch, from which [`resume`](Trainer::resume) goes on; an existing
    /// one is replaced only when the new one is whole. That it cannot be written is said on stderr and
    /// is no reason to lose a training; [`Fit::last_checkpoint`] tells what was written.
    #[must_use]
    pub fn checkpoint(mut self, path: impl Into<PathBuf>) -> Trainer {
        self.checkpoint = Some(path.into());
        self
    }

    /// Lets the next training go on where the one stood that has written this file: weights, the state
    /// of optimizer and scheduler, random numbers and the order of the data. `max_epochs` is the total.
    /// The result is the same, to the last bit, as without the break.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// # #[derive(Module)] struct Net { net: LazyLinear }
    /// # #[add_to_class(Net)] fn new() -> Self { manual_seed(1); Net { net: LazyLinear::new(1) } }
    /// # #[add_to_class(Net)] fn forward(&self, x: &Tensor) -> Tensor { self.net.forward(x) }
    /// # #[add_to_class(Net)] fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor { y_hat.mse_loss(y) }
    /// #[add_to_class(Net)]
    /// fn configure_optimizers(&self) -> (Adam, StepLR) {
    ///     (Adam::new(self.parameters(), 0.1), StepLR::new(1, 0.5))
    /// }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    /// let path = std::env::temp_dir().join("d2l-doc-resume.safetensors");
    /// Trainer::new(1).progress(false).checkpoint(&path).fit(&mut Net::new(), &data);
    /// let fit = Trainer::new(3).progress(false).resume(&path)?.fit(&mut Net::new(), &data);
    /// assert_eq!((fit.epochs(), fit.history("train_loss").len()), (3, 3));
    /// # std::fs::remove_file(path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be read, is damaged, or holds no training.
    pub fn resume(mut self, path: impl AsRef<Path>) -> Result<Trainer, CheckpointError> {
        self.resume = Some(Resume::read(path.as_ref())?);
        Ok(self)
    }

    /// How many epochs `fit` runs.
    pub fn max_epochs(&self) -> usize {
        self.max_epochs
    }

    /// The settings that the book's trainer saves.
    pub fn hparams(&self) -> Map {
        let mut map = Map::new();
        map.insert("max_epochs".into(), self.max_epochs.into());
        map.insert("gradient_clip_val".into(), self.gradient_clip_val.into());
        map
    }

    /// Where the last (or the present) training stands: epoch and batch counters.
    pub fn position(&self) -> Position {
        self.position
    }

    /// Trains `model` on `data` for `max_epochs` epochs.
    ///
    /// # Panics
    /// If the data do not fit the model: the message names operation, shapes and layer. If the file to
    /// [`resume`](Trainer::resume) from is of another model or optimizer.
    #[track_caller]
    pub fn fit<M: Trainable>(&mut self, model: &mut M, data: &impl DataModule) -> Fit {
        let epochs = self.max_epochs;
        let mut training = self.start(model, data);
        while training.epochs() < epochs {
            training.fit_epoch();
        }
        training.finish()
    }

    /// Prepares a training to be run epoch by epoch with [`Training::fit_epoch`].
    ///
    /// # Panics
    /// If the file to [`resume`](Trainer::resume) from is of another model or optimizer.
    #[track_caller]
    pub fn start<'a, M: Trainable>(
        &'a mut self,
        model: &'a mut M,
        data: &impl DataModule,
    ) -> Training<'a> {
        match self.try_start(model, data) {
            Ok(training) => training,
            Err(e) => panic!("Trainer: {e}"),
        }
    }

    /// [`start`](Trainer::start) for callers that can do without the file.
    ///
    /// # Errors
    /// If the file to [`resume`](Trainer::resume) from is of another model or optimizer.
    #[track_caller]
    pub fn try_start<'a, M: Trainable>(
        &'a mut self,
        model: &'a mut M,
        data: &impl DataModule,
    ) -> Result<Training<'a>, CheckpointError> {
        Training::new(self, model, data.train_dataloader(), data.val_dataloader())
    }

    /// The model's metrics on the validation data, each the mean over the batches; empty without
    /// validation data. The model is left in evaluation mode.
    pub fn validate<M: Trainable>(&self, model: &M, data: &impl DataModule) -> Metrics {
        let model: &Model = model;
        model.eval();
        let (mut sums, mut batches) = (Vec::<(&'static str, f64)>::new(), 0);
        no_grad(|| {
            for batch in data
                .val_dataloader()
                .iter()
                .flat_map(|loader| loader.iter())
            {
                batches += 1;
                for (name, value) in model.validation_step(&self.prepared(batch)).iter() {
                    match sums.iter_mut().find(|s| s.0 == name) {
                        Some(s) => s.1 += value,
                        None => sums.push((name, value)),
                    }
                }
            }
        });
        sums.into_iter().fold(Metrics::new(), |m, (name, sum)| {
            m.with(name, sum / f64::from(batches))
        })
    }

    pub(super) fn prepared(&self, batch: Batch) -> Batch {
        match &self.prepare_batch {
            Some(f) => f(batch),
            None => batch,
        }
    }

    /// An empty board with this trainer's settings.
    pub(super) fn fresh_board(&self) -> ProgressBoard {
        let mut board = self.board.clone();
        board.clear();
        board.xlim = board.xlim.or(Some((0.0, self.max_epochs as f64)));
        if board.xlabel.is_empty() {
            board.xlabel = "epoch".to_string();
        }
        board
    }
}
