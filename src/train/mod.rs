//! Training: the [`Trainer`], what it reports, and checkpoints.
mod checkpoint;
mod fit;
mod hparams;
mod resume;
mod session;
mod trainer;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use fit::Fit;
pub use session::{Position, Training, position};
pub use trainer::Trainer;
