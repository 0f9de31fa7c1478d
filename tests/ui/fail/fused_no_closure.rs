// No closure.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let y = fused!(x * 2.0);
    let _ = y;
}
