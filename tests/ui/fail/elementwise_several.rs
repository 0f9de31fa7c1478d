// Three mistakes, all reported, and none at the call.
use d2l::prelude::*;

#[elementwise]
fn f(x: f32) -> f32 {
    let y = x % 2.0;
    let z = y.gamma();
    3 * z
}

fn main() {
    let _ = f(&Tensor::zeros([2]));
}
