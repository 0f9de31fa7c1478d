// An unknown option.
use d2l::prelude::*;

#[elementwise(fast)]
fn f(x: f32) -> f32 {
    x
}

fn main() {}
