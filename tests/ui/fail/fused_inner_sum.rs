// A sum inside of the formula.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let y = fused!(|x| x / x.sum());
    let _ = y;
}
