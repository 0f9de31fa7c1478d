// A check takes a reference to the field's type.
use d2l::prelude::*;

fn positive(x: &f32) -> bool {
    *x > 0.0
}

#[derive(Module)]
pub struct Net {
    #[hparam(check = positive)]
    width: usize,
}

fn main() {}
