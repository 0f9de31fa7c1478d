// A default is a value that can be stored.
use d2l::prelude::*;

#[derive(Clone, Debug)]
pub enum Act {
    Relu,
}

#[derive(Module)]
pub struct Net {
    #[hparam(default = Act::Relu)]
    act: Act,
}

fn main() {}
