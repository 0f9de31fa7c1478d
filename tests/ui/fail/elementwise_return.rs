// An early return.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    return x;
}

fn main() {}
