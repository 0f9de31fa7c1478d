//! A training under way: the loop, and what the model can ask while it runs.
use super::{CheckpointError, Fit, Trainer, resume::Parts};
use crate::{
    board::{Progress, ProgressBoard},
    data::{Batch, DataLoader},
    module::{Metrics, Model, ModuleExt, Optimizer, Param, TrainingContext, with_context},
    optim::clip_grad_norm_,
};
use d2l_core::no_grad;
use std::{
    cell::{Cell, RefCell},
    path::Path,
    rc::Rc,
    time::Instant,
};

/// Where a training stands; the book's `trainer.epoch`, `trainer.train_batch_idx`, …
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Position {
    /// The epoch, from 0.
    pub epoch: usize,
    /// Training batches done in all.
    pub train_batch_idx: usize,
    /// Validation batches done in all.
    pub val_batch_idx: usize,
    /// Training batches of an epoch.
    pub num_train_batches: usize,
    /// Validation batches of an epoch; 0 without validation.
    pub num_val_batches: usize,
}

thread_local!(static POSITION: Cell<Option<Position>> = const { Cell::new(None) });

/// Where the training that is running on this thread stands; `None` if none is. A model's steps
/// may ask it.
pub fn position() -> Option<Position> {
    POSITION.get()
}

/// The mean of the values of one name over an epoch.
struct Mean {
    name: String,
    sum: f64,
    count: usize,
}

/// Board and means; shared by the loop and the model's `plot`.
struct Recorder {
    board: RefCell<ProgressBoard>,
    means: RefCell<Vec<Mean>>,
    every: [usize; 2],
    at: Cell<Position>,
    /// The model has plotted its loss itself in this step.
    plotted: RefCell<Vec<String>>,
}

impl Recorder {
    /// Draws a point of `name` and counts it in its mean.
    fn add(&self, name: &str, value: f64, train: bool) {
        let p = self.at.get();
        let x = if train {
            p.train_batch_idx as f64 / p.num_train_batches as f64
        } else {
            (p.epoch + 1) as f64
        };
        self.board
            .borrow_mut()
            .draw(x, value, name, self.every[usize::from(train)]);
        let mut means = self.means.borrow_mut();
        match means.iter_mut().find(|m| m.name == name) {
            Some(m) => (m.sum, m.count) = (m.sum + value, m.count + 1),
            None => means.push(Mean {
                name: name.to_string(),
                sum: value,
                count: 1,
            }),
        }
    }

    /// Adds what a step gave, unless the model has plotted it itself.
    fn add_own(&self, name: &str, value: f64, train: bool) {
        if self.plotted.borrow().is_empty() || !self.plotted.borrow().iter().any(|p| p == name) {
            self.add(name, value, train);
        }
    }

    /// Ends an epoch; gives the line for the terminal.
    fn close_epoch(&self, fit: &mut Fit) -> String {
        let mut line = Vec::new();
        for m in self.means.borrow_mut().drain(..) {
            let mean = m.sum / m.count as f64;
            fit.record(&m.name, mean);
            line.push(format!("{} {mean:.4}", m.name));
        }
        line.join(", ")
    }
}

impl TrainingContext for Recorder {
    fn plot(&self, key: &str, value: f64, train: bool) {
        let name = format!("{}_{key}", if train { "train" } else { "val" });
        self.add(&name, value, train);
        self.plotted.borrow_mut().push(name);
    }
}

/// A model, its data and its optimizer, ready to be trained epoch by epoch; made by
/// [`Trainer::start`]. `fit` is this in a loop.
pub struct Training<'a> {
    trainer: &'a mut Trainer,
    model: &'a Model,
    optimizer: Box<dyn Optimizer>,
    params: Vec<Param>,
    train: DataLoader,
    val: Option<DataLoader>,
    recorder: Rc<Recorder>,
    progress: Progress,
    fit: Fit,
    started: Instant,
}

impl<'a> Training<'a> {
    #[track_caller]
    pub(super) fn new(
        trainer: &'a mut Trainer,
        model: &'a Model,
        train: DataLoader,
        val: Option<DataLoader>,
    ) -> Result<Training<'a>, CheckpointError> {
        let at = Position {
            num_train_batches: train.len(),
            num_val_batches: val.as_ref().map_or(0, DataLoader::len),
            ..Position::default()
        };
        let points = |batches: usize, per_epoch: usize| (batches / per_epoch.max(1)).max(1);
        let every = [
            points(at.num_val_batches, trainer.plot_valid_per_epoch),
            points(at.num_train_batches, trainer.plot_train_per_epoch),
        ];
        let board = RefCell::new(trainer.fresh_board());
        let (means, at, plotted) = (RefCell::default(), Cell::new(at), RefCell::default());
        trainer.position = at.get();
        let mut training = Training {
            optimizer: model.configure_optimizers(),
            params: if trainer.gradient_clip_val > 0.0 {
                model.parameters()
            } else {
                Vec::new()
            },
            progress: Progress::new(trainer.progress, trainer.max_epochs),
            recorder: Rc::new(Recorder {
                board,
                means,
                every,
                at,
                plotted,
            }),
            fit: Fit::default(),
            started: Instant::now(),
            trainer,
            model,
            train,
            val,
        };
        if let Some(resume) = training.trainer.resume.take() {
            let at = resume.apply(&mut training.parts())?;
            training.recorder.at.set(at);
            training.trainer.position = at;
        }
        Ok(training)
    }

    fn parts(&mut self) -> Parts<'_> {
        Parts {
            model: self.model,
            optimizer: &mut *self.optimizer,
            train: &self.train,
            val: self.val.as_ref(),
            fit: &mut self.fit,
            at: self.recorder.at.get(),
        }
    }

    /// Writes a file from which [`Trainer::resume`] goes on after the present epoch.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn save_checkpoint(&mut self, path: impl AsRef<Path>) -> Result<(), CheckpointError> {
        let path = path.as_ref();
        self.parts().save(path)?;
        self.fit.checkpoint = Some(path.into());
        Ok(())
    }

    /// How many epochs were run, those before a [`resume`](Trainer::resume) included.
    pub fn epochs(&self) -> usize {
        self.fit.epochs
    }

    /// One epoch: a pass over the training data with a step per batch, then one over the
    /// validation data.
    #[track_caller]
    pub fn fit_epoch(&mut self) {
        struct Restore(Option<Position>);
        impl Drop for Restore {
            fn drop(&mut self) {
                POSITION.set(self.0);
            }
        }
        let _restore = Restore(POSITION.get());
        let context: Rc<Recorder> = self.recorder.clone();
        with_context(context, || {
            self.train_epoch();
            self.validate_epoch();
        });
        self.end_epoch();
    }

    fn train_epoch(&mut self) {
        self.model.train();
        let mut at = self.recorder.at.get();
        at.epoch = self.fit.epochs;
        self.progress.epoch(at.epoch, at.num_train_batches);
        for batch in self.train.iter() {
            self.move_to(at);
            let loss = self.step(&self.trainer.prepared(batch));
            self.recorder.add_own("train_loss", loss, true);
            self.recorder.plotted.borrow_mut().clear();
            at.train_batch_idx += 1;
            self.progress.tick();
        }
        self.fit.steps = at.train_batch_idx;
        self.move_to(at);
    }

    /// Forward, backward, clip, update.
    fn step(&mut self, batch: &Batch) -> f64 {
        let loss = self.model.training_step(batch);
        self.optimizer.zero_grad();
        loss.backward();
        no_grad(|| {
            if self.trainer.gradient_clip_val > 0.0 {
                clip_grad_norm_(&self.params, self.trainer.gradient_clip_val);
            }
            self.optimizer.step();
        });
        loss.item()
    }

    fn validate_epoch(&mut self) {
        self.model.eval();
        let Some(val) = &self.val else { return };
        let mut at = self.recorder.at.get();
        no_grad(|| {
            for batch in val.iter() {
                self.move_to(at);
                let metrics = self.model.validation_step(&self.trainer.prepared(batch));
                self.add_metrics(&metrics);
                at.val_batch_idx += 1;
            }
        });
        self.move_to(at);
    }

    fn add_metrics(&self, metrics: &Metrics) {
        for (name, value) in metrics.iter() {
            match name {
                "loss" => self.recorder.add_own("val_loss", value, false),
                "acc" => self.recorder.add_own("val_acc", value, false),
                _ => self.recorder.add_own(&format!("val_{name}"), value, false),
            }
        }
        self.recorder.plotted.borrow_mut().clear();
    }

    fn move_to(&self, at: Position) {
        self.recorder.at.set(at);
        POSITION.set(Some(at));
    }

    fn end_epoch(&mut self) {
        self.fit.epochs += 1;
        self.trainer.position = self.recorder.at.get();
        let line = self.recorder.close_epoch(&mut self.fit);
        let watched = self.fit.last("val_loss").or(self.fit.last("train_loss"));
        self.optimizer.end_epoch(watched);
        self.progress.end_epoch(&line);
        let drawn = self.recorder.board.borrow_mut().flush();
        report(drawn);
        if let Some(path) = self.trainer.checkpoint.clone() {
            report(self.save_checkpoint(path));
        }
    }

    /// Where the training stands.
    pub fn position(&self) -> Position {
        self.trainer.position
    }

    /// Ends the training and gives its record.
    pub fn finish(mut self) -> Fit {
        self.progress.finish();
        let mut board = self.recorder.board.take();
        report(board.finish());
        Fit {
            board,
            seconds: self.started.elapsed(),
            ..self.fit
        }
    }
}

/// A file that cannot be written is no reason to lose a training.
fn report<E: std::fmt::Display>(written: Result<(), E>) {
    if let Err(e) = written {
        eprintln!("Trainer: {e}");
    }
}
