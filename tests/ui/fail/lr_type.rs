// The learning rate is a number.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: String,
    net: LazyLinear,
}

fn main() {}
