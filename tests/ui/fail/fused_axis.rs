// A sum over an axis that is not the last.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let y = fused!(|x| (x * 2.0).sum(0));
    let _ = y;
}
