// A box of the user's own trait is a part, but has no copy.
use d2l::prelude::*;

pub trait Encoder: Module {}

#[derive(Module)]
pub struct Net {
    encoder: Box<dyn Encoder>,
}

fn main() {}
