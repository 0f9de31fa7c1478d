// A function within.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    let square = |x: f32| x * x;
    square(x)
}

fn main() {}
