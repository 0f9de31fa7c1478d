// A dot would be two segments of a path.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[module(rename = "fc.weight")]
    net: LazyLinear,
}

fn main() {}
