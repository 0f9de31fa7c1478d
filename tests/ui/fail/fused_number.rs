// A name that is no number.
use d2l::prelude::*;

fn main() {
    let x = Tensor::zeros([2]);
    let s = "2";
    let y = fused!(|x| x * s);
    let _ = y;
}
