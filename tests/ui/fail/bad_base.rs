// The base class does not exist.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Clasifier)]
pub struct Net {
    net: LazyLinear,
}

fn main() {}
