// A name whose value changes.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    let mut y = x;
    y = 2.0 * x;
    y
}

fn main() {}
