// An extension trait needs a name.
use d2l::prelude::*;

#[add_to_class(Vec<f32>, ext)]
pub fn norm(&self) -> f32 {
    0.0
}

fn main() {}
