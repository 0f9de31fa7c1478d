//! What a training run reports.
use crate::board::ProgressBoard;
use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// The record of a training run.
///
/// ```
/// use d2l::prelude::*;
/// # #[derive(Module)] #[module(base = Classifier)] struct Net { #[hparam] lr: f32, net: LazyLinear }
/// # #[add_to_class(Net)] fn forward(&self, x: &Tensor) -> Tensor { self.net.forward(x) }
/// # fn main() {
/// let (x, y) = (Tensor::randn([8, 4]), Tensor::randint(0, 3, [8]));
/// let loader = DataLoader::new(TensorDataset::new([&x, &y]), 4);
/// let mut model = Net { lr: 0.1, net: LazyLinear::new(3) };
/// let fit = Trainer::new(2).progress(false).fit(&mut model, &(&loader, &loader));
/// assert_eq!((fit.epochs(), fit.steps()), (2, 4));
/// assert_eq!(fit.history("val_acc").len(), 2);
/// assert_eq!(fit.names(), ["train_loss", "val_loss", "val_acc"]);
/// # }
/// ```
#[derive(Debug, Default)]
pub struct Fit {
    pub(super) history: Vec<(String, Vec<f64>)>,
    pub(super) epochs: usize,
    pub(super) steps: usize,
    pub(super) seconds: Duration,
    pub(super) board: ProgressBoard,
    pub(super) checkpoint: Option<PathBuf>,
}

impl Fit {
    /// One value per epoch of `train_loss`, `val_loss`, `val_acc`, …: the mean over the epoch's
    /// batches. Empty for a name that was never recorded.
    pub fn history(&self, name: &str) -> &[f64] {
        self.history
            .iter()
            .find(|h| h.0 == name)
            .map_or(&[], |h| &h.1)
    }

    /// The value of `name` in the last epoch that has one.
    pub fn last(&self, name: &str) -> Option<f64> {
        self.history(name).last().copied()
    }

    /// The names that have a history, in the order in which they appeared.
    pub fn names(&self) -> Vec<&str> {
        self.history.iter().map(|h| h.0.as_str()).collect()
    }

    /// How many epochs were run, those before a [`resume`](super::Trainer::resume) included.
    pub fn epochs(&self) -> usize {
        self.epochs
    }

    /// How many training steps were made, those before a resume included.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// How long it took.
    pub fn elapsed(&self) -> Duration {
        self.seconds
    }

    /// The file that was written last, if any; see [`Trainer::checkpoint`](super::Trainer::checkpoint).
    pub fn last_checkpoint(&self) -> Option<&Path> {
        self.checkpoint.as_deref()
    }

    /// The plot of the run: save it, or look at its points.
    pub fn board(&self) -> &ProgressBoard {
        &self.board
    }

    /// The same, to change labels or scales before saving.
    pub fn board_mut(&mut self) -> &mut ProgressBoard {
        &mut self.board
    }

    pub(super) fn record(&mut self, name: &str, value: f64) {
        match self.history.iter_mut().find(|h| h.0 == name) {
            Some(h) => h.1.push(value),
            None => self.history.push((name.to_string(), vec![value])),
        }
    }
}
