// A part without hyperparameters of its own cannot be stored.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: Sequential,
}

#[add_to_class(Net)]
pub fn new(net: Sequential) -> Self {
    save_hyperparameters!()
}

fn main() {}
