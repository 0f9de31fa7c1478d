// Options that are nearly right.
use d2l::prelude::*;

#[derive(Module)]
#[module(no_clon)]
pub struct Net {
    #[hparam(defualt = 1.0)]
    lr: f32,
    #[module(frozn)]
    net: LazyLinear,
}

fn main() {}
