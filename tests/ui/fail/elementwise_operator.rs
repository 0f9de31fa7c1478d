// An operator without a derivative.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    x % 2.0
}

fn main() {}
