// The macro reads the constructor's arguments.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

impl Net {
    fn new(lr: f32) -> Self {
        save_hyperparameters!(net: LazyLinear::new(1))
    }
}

fn main() {}
