// `#[hparam]` is for fields.
use d2l::prelude::*;

#[derive(Module)]
#[hparam]
pub enum Net {
    #[module(skip)]
    Linear(LazyLinear),
}

fn main() {}
