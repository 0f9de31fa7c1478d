// A hyperparameter needs a name.
use d2l::prelude::*;

pub struct Net {
    a: f32,
}

#[add_to_class(Net)]
pub fn new((a, _): (f32, f32)) -> Self {
    save_hyperparameters!(a)
}

fn main() {}
