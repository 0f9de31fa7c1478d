// A condition that is no comparison.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    if x.is_nan() { 0.0 } else { x }
}

fn main() {}
