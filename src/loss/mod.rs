//! Losses: one file each.
mod cross_entropy;
mod l2;
mod mse;

pub use cross_entropy::CrossEntropyLoss;
pub use l2::L2Loss;
pub use mse::MSELoss;
