// A type parameter that nobody declared.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net<T> {
    net: T,
}

#[add_to_class(Net<T>)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

fn main() {}
