// An option is given once.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam(default = 1.0, default = 2.0)]
    lr: f32,
}

fn main() {}
