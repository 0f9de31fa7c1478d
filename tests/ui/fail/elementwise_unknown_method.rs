// A function that nobody can differentiate.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    x.gamma()
}

fn main() {}
