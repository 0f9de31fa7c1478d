// A name that is no argument.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    x * beta
}

fn main() {}
