// Only parts can be frozen.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    #[module(frozen)]
    lr: f32,
}

fn main() {}
