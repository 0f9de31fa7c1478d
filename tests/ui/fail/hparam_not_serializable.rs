// What is stored must be storable.
use d2l::prelude::*;

#[derive(Clone, Debug)]
pub enum Act {
    Relu,
}

#[derive(Module)]
pub struct Net {
    #[hparam]
    act: Act,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn new(act: Act) -> Self {
    save_hyperparameters!(net: LazyLinear::new(1))
}

fn main() {}
