// A pattern instead of a name.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let y = fused!(|(a, b)| a * b);
    let _ = y;
}
