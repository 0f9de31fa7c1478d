//! Tests of d2l that need more than one crate.
pub mod lint_wall;
