// A trainable type with a type parameter.
use d2l::prelude::*;

#[derive(Module)]
struct Wrap<A: Layer> {
    inner: A,
}

#[add_to_class(impl<A: Layer> Wrap<A>)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.inner.forward(x)
}

#[add_to_class(impl<A: Layer> Wrap<A>)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

#[add_to_class(impl<A: Layer> Wrap<A>)]
fn configure_optimizers(&self) -> Box<dyn Optimizer> {
    Box::new(SGD::new(self.parameters(), 0.1))
}

fn main() {
    let data = vec![Batch(vec![
        Tensor::from([[1.0, 2.0]]),
        Tensor::from([[1.0]]),
    ])];
    let mut model = Wrap {
        inner: Wrap {
            inner: Linear::new(2, 1),
        },
    };
    let before = model.training_step(&data[0]).item();
    let _ = Trainer::new(2).fit(&mut model, &(data.clone(), vec![]));
    assert!(model.training_step(&data[0]).item() < before);
    assert_eq!(model.named_parameters()[0].0, "inner.inner.weight");
    let copy = sequential![model].clone(); // a generic layer behind a trait object
    assert_eq!(copy.num_parameters(), 3);
}
