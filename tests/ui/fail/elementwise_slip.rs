// A slip of a function's name.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    tahn(x) + x.sqr()
}

fn main() {}
