//! Tests of d2l that need more than one crate.
