// A result that is not `f32`.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> bool {
    x > 0.0
}

fn main() {}
