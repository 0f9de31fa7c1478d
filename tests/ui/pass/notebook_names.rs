// `fn Net__forward` is `forward` of `Net`: a notebook keeps one item per name.
use d2l::prelude::*;

#[derive(Module)]
struct A;

#[derive(Module)]
struct B;

#[add_to_class(A)]
fn A__forward(&self, x: &Tensor) -> Tensor {
    x + 1.0
}

#[add_to_class(B)]
fn B__forward(&self, x: &Tensor) -> Tensor {
    A.forward(x) * 2.0
}

fn main() {
    assert_eq!(sequential![A, B].forward(&Tensor::from([1.0])).item(), 6.0);
}
