// The macro belongs in a constructor.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: f32,
}

#[add_to_class(Net)]
pub fn with(&self, lr: f32) -> Self {
    save_hyperparameters!()
}

fn main() {}
