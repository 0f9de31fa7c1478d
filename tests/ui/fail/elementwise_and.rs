// Two comparisons at once.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    if x > 0.0 && x < 1.0 { x } else { 0.0 }
}

fn main() {}
