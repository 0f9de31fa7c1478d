// Options that need a value.
use d2l::prelude::*;

#[derive(Module)]
#[module(base)]
pub struct Net {
    #[hparam(range)]
    lr: f32,
}

fn main() {}
