//! What the macros' code names. Not part of the public interface.
pub use crate::{
    Tensor,
    kernel::{elementwise::formula::Formula, math::Float},
    ops::formula::{Argument, apply, apply_sum},
    testing::check_formula,
};
pub use std::borrow::Borrow;
