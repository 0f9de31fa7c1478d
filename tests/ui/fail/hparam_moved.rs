// An argument that was moved cannot be stored.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    sizes: Vec<usize>,
    layers: Vec<LazyLinear>,
}

fn stack(sizes: Vec<usize>) -> Vec<LazyLinear> {
    sizes.iter().map(|&n| LazyLinear::new(n)).collect()
}

#[add_to_class(Net)]
pub fn new(sizes: Vec<usize>) -> Self {
    save_hyperparameters!(layers: stack(sizes))
}

fn main() {}
