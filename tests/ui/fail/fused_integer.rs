// A whole number where a float is meant.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let y = fused!(|x| x * 2);
    let _ = y;
}
