// A default is of the field's type.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam(default = "fast")]
    lr: f32,
    #[hparam(default = 1.5)]
    width: usize,
}

fn main() {}
