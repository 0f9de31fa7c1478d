// A method.
use d2l::prelude::*;

#[elementwise]
fn f(&self, x: f32) -> f32 {
    x
}

fn main() {}
