// Options stand on fields, not on variants.
use d2l::prelude::*;

#[derive(Module)]
pub enum Net {
    #[hparam]
    Linear(LazyLinear),
    #[module(skip)]
    Nothing,
}

fn main() {}
