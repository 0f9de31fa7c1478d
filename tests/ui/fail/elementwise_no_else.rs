// A value for one case only.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    if x > 0.0 {
        x
    }
}

fn main() {}
