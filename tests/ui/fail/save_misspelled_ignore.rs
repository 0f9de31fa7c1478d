// `ignore` is the only option.
use d2l::prelude::*;

pub struct Net {
    a: f32,
}

#[add_to_class(Net)]
pub fn new(a: f32, b: f32) -> Self {
    save_hyperparameters!(a, ignor = [b])
}

fn main() {}
