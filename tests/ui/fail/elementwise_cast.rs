// A conversion.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    (x as f64).exp()
}

fn main() {}
