// A range is of the field's type.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam(range = 0.0..=1.0)]
    width: usize,
}

fn main() {}
