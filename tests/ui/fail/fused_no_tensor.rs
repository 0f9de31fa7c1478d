// No tensor.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let y = fused!(|| 1.0);
    let _ = y;
}
