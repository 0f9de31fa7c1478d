// A call of what is no elementwise function.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    helper(x)
}

struct helper;

fn main() {}
