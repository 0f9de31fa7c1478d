// Which type?
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

fn main() {}
