//! Checking gradients against finite differences, and counting memory.
mod gradcheck;
mod operation;
mod requests;

pub use gradcheck::{GradCheck, Outputs, gradcheck, gradgradcheck};
#[cfg(test)]
pub(crate) use operation::{check_operation, gradcheck_test};
pub use requests::{Requests, requests};
