// No tensor among the arguments.
use d2l::prelude::*;

#[elementwise]
fn f(#[scalar] x: f32) -> f32 {
    x
}

fn main() {}
