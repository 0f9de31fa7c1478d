// A generic function.
use d2l::prelude::*;

#[elementwise]
fn f<T>(x: f32) -> f32 {
    x
}

fn main() {}
