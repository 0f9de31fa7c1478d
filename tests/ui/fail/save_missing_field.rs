// Fields that are no arguments are given.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn new(lr: f32) -> Self {
    save_hyperparameters!()
}

fn main() {}
