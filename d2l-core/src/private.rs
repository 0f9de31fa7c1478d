//! What the macros' code names. Not part of the public interface.
pub use crate::{
    Tensor,
    kernel::{
        elementwise::{
            TILE,
            formula::{Formula, Rows},
        },
        math::Float,
    },
    ops::formula::{Argument, apply, apply_sum},
    testing::check_formula,
};
pub use std::borrow::Borrow;
