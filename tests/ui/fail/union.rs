// A union cannot be a module.
use d2l::prelude::*;

#[derive(Module)]
pub union Net {
    a: f32,
    b: u32,
}

fn main() {}
