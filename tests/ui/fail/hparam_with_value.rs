// `#[hparam]` has no value.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam = 3]
    lr: f32,
}

fn main() {}
