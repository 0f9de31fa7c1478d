// `derive(Module)` writes `Clone`: a derived one on top would share the weights.
use d2l::prelude::*;

#[derive(Module, Clone)]
pub struct Net {
    net: LazyLinear,
}

fn main() {}
