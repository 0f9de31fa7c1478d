// Two parts of one name would be one entry of the state dict.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    first: LazyLinear,
    #[module(rename = "first")]
    second: LazyLinear,
}

fn main() {}
