// Keywords that mean nothing here.
use d2l::prelude::*;

#[elementwise]
async unsafe fn f(x: f32) -> f32 {
    x
}

fn main() {}
