// A call of another elementwise function with too few numbers.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    g(x)
}

#[elementwise]
fn g(x: f32, y: f32) -> f32 {
    x * y
}

fn main() {}
