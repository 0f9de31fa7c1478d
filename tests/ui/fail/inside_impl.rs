// The attribute stands outside of impls.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

impl Net {
    #[add_to_class(Net)]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }
}

fn main() {}
