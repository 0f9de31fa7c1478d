// Settings are cloned with the model.
use d2l::prelude::*;

#[derive(Debug)]
pub enum Act {
    Relu,
}

#[derive(Module)]
pub struct Net {
    #[hparam]
    act: Act,
    net: LazyLinear,
}

fn main() {}
