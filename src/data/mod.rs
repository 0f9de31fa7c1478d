//! Data: batches, data sets, loaders, and the data modules that a trainer takes.

mod batch;
mod collate;
mod dataset;
mod error;
mod fashion_mnist;
mod hparams;
mod idx;
mod loader;
mod module;
mod npy;
mod npz;
mod pass;
mod resize;
mod rows;
mod synthetic;
mod workers;

pub use batch::Batch;
#[doc(hidden)]
pub use collate::written;
pub use collate::{Collate, Example, Examples, TypedBatch, Uneven};
pub use dataset::{Dataset, TensorDataset};
pub use error::DataError;
pub use fashion_mnist::{FashionMNIST, FashionMNISTSettings};
pub use idx::{Idx, read_idx};
pub use loader::{DataLoader, LoaderState};
pub use module::{DataModule, ToLoader};
pub use npy::{read_npy, write_npy};
pub use npz::{read_npz, write_npz, write_npz_compressed};
pub use pass::Batches;
pub use rows::Rows;
pub use synthetic::SyntheticRegressionData;
