// Modules own their parts.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net<'a> {
    net: &'a LazyLinear,
}

fn main() {}
