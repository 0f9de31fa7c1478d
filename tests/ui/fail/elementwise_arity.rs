// Too many arguments, and too few.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    exp(x, 2.0) + max(x)
}

fn main() {}
