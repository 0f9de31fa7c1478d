// A hook is safe.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(Net)]
pub unsafe fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat - y
}

fn main() {}
