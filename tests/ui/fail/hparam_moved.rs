// An argument that was moved cannot be stored.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    sizes: Vec<usize>,
    layers: Vec<LazyLinear>,
}

#[add_to_class(Net)]
pub fn new(sizes: Vec<usize>) -> Self {
    let layers = sizes.into_iter().map(LazyLinear::new).collect();
    save_hyperparameters!(layers)
}

fn main() {}
