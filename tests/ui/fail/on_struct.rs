// Only functions and impl blocks can be added.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(Net)]
pub struct Extra;

fn main() {}
