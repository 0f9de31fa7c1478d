// While a body is typed.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.
}

fn main() {}
