// An attribute that means nothing.
use d2l::prelude::*;

#[elementwise]
fn f(#[tensor] x: f32) -> f32 {
    x
}

fn main() {}
