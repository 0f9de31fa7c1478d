//! Checking gradients against finite differences.
mod gradcheck;
mod operation;

pub use gradcheck::{GradCheck, Outputs, gradcheck, gradgradcheck};
#[cfg(test)]
pub(crate) use operation::{check_operation, gradcheck_test};
