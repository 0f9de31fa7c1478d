// An exponent that is not known while compiling.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32, #[scalar] n: f32) -> f32 {
    x.powi(n)
}

fn main() {}
