// Arguments that are not `f32`.
use d2l::prelude::*;

#[elementwise]
fn f(x: f64, y: &[f32]) -> f32 {
    x
}

fn main() {}
