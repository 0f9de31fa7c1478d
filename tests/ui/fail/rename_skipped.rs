// What is skipped has no name in the state dict.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[module(skip, rename = "x")]
    net: u8,
}

fn main() {}
