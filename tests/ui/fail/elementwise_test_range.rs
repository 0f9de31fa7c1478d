// A test without a range.
use d2l::prelude::*;

#[elementwise(test = 3.0)]
fn f(x: f32) -> f32 {
    x
}

fn main() {}
