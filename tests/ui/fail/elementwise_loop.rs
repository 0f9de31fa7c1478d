// A loop.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    let y = x;
    for _ in 0..3 {}
    y
}

fn main() {}
