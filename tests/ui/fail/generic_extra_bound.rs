// Hooks of a generic type share one header.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
pub struct Net<A: Layer> {
    #[hparam]
    lr: f32,
    a: A,
}

#[add_to_class(impl<A: Layer> Net<A>)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.a.forward(x)
}

#[add_to_class(impl<A: Layer + Clone> Net<A>)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

fn main() {}
