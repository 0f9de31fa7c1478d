// A box of the user's own trait has no copy, beside something borrowed neither.
use d2l::prelude::*;

pub trait Encoder: Module {}

#[derive(Module)]
pub struct Net {
    encoder: (&'static str, Box<dyn Encoder>),
}

fn main() {}
