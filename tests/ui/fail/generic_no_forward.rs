// Hooks of a generic type come after its `forward`.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
pub struct Net<A: Layer> {
    #[hparam]
    lr: f32,
    a: A,
}

#[add_to_class(impl<A: Layer> Net<A>)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

fn main() {}
