// A whole number where a float is meant.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    2 * x
}

fn main() {}
