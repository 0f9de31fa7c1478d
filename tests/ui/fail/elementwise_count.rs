// Another number of results than promised.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> (f32, f32) {
    x
}

fn main() {}
