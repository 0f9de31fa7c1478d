// Only arguments can be ignored.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn new(lr: f32) -> Self {
    save_hyperparameters!(net: LazyLinear::new(1), ignore = [verbos])
}

fn main() {}
