// A step takes a batch.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn training_step(&self, batch: &String) -> Tensor {
    Tensor::zeros([batch.len()])
}

fn main() {}
