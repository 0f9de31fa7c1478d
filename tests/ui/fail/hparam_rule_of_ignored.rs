// What is not stored has no rules.
use d2l::prelude::*;

pub struct Net {
    lr: f32,
}

#[add_to_class(Net)]
pub fn new(lr: f32, #[hparam(default = false)] verbose: bool) -> Self {
    assert!(!verbose);
    save_hyperparameters!(ignore = [verbose])
}

fn main() {}
