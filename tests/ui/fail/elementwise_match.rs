// A pattern.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    match x {
        0.0 => 1.0,
        x => x,
    }
}

fn main() {}
