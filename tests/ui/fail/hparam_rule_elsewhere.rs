// Rules are for constructors that store their arguments.
use d2l::prelude::*;

pub struct Net {
    lr: f32,
}

#[add_to_class(Net)]
pub fn scaled(&self, #[hparam(range = 0.0..)] by: f32) -> f32 {
    self.lr * by
}

fn main() {}
