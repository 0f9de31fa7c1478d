// A type that is no base class.
use d2l::prelude::*;

pub struct Regressor;

#[derive(Module)]
#[module(base = Regressor)]
pub struct Net {
    net: LazyLinear,
}

fn main() {}
