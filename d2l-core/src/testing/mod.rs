//! Checking gradients against finite differences, and counting memory.
mod formula;
mod gradcheck;
mod operation;
mod requests;

#[doc(hidden)]
pub use formula::check_formula;
pub use gradcheck::{GradCheck, Outputs, gradcheck, gradgradcheck};
#[cfg(test)]
pub(crate) use operation::{check_operation, gradcheck_test};
pub use requests::{Requests, requests};
