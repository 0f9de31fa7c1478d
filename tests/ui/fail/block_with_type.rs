// An impl block names its type itself.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(Net)]
impl Net {
    pub fn width(&self) -> usize {
        1
    }
}

fn main() {}
