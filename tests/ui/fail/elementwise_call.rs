// A call of what is no elementwise function.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    Helper(x)
}

struct Helper;

fn main() {}
