// `derive(Module)` writes `Display`; `#[module(no_display)]` leaves it to the user.
use d2l::prelude::*;
use std::fmt;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(impl fmt::Display for Net)]
fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("net")
}

fn main() {}
