// A stored argument owns its value.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    name: &'static str,
}

#[add_to_class(Net)]
pub fn new(name: &str) -> Self {
    save_hyperparameters!(name: name.len().to_string().leak())
}

fn main() {}
