//! Data: batches, data sets, loaders, and the data modules that a trainer takes.

mod batch;
mod dataset;
mod error;
mod fashion_mnist;
mod hparams;
mod idx;
mod loader;
mod module;
mod pass;
mod resize;
mod rows;
mod synthetic;
mod workers;

pub use batch::Batch;
pub use dataset::{Dataset, TensorDataset};
pub use error::DataError;
pub use fashion_mnist::{FashionMNIST, FashionMNISTSettings};
pub use idx::{Idx, read_idx};
pub use loader::{DataLoader, LoaderState};
pub use module::{DataModule, ToLoader};
pub use pass::Batches;
pub use rows::Rows;
pub use synthetic::SyntheticRegressionData;
