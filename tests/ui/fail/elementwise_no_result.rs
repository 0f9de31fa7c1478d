// No result at all.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) {
    x;
}

fn main() {}
