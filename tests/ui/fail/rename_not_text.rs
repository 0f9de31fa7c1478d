// A name is a text.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[module(rename = weight)]
    net: LazyLinear,
}

fn main() {}
