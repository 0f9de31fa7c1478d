// Hooks whose signatures are spelled by aliases.
use d2l::prelude::*;

type T = Tensor;
type R<'a> = &'a Tensor;
type Opt = Box<dyn Optimizer>;
type B = Batch;
type Numbers = Metrics;

#[derive(Module)]
struct Net {
    net: LazyLinear,
}

#[add_to_class(Net)]
fn forward(&self, x: R<'_>) -> T {
    self.net.forward(x)
}

/// Documented.
#[add_to_class(Net)]
fn loss(&self, y_hat: R, y: &T) -> T {
    if y.numel() > 1000 {
        return y.clone();
    }
    (y_hat - y).square().mean()
}

#[add_to_class(Net)]
fn training_step(&self, b: &B) -> T {
    self.loss(&self.forward(&b[0]), b.label()) * 2.0
}

#[add_to_class(Net)]
fn validation_step(&self, b: &B) -> Numbers {
    Numbers::from(self.loss(&self.forward(&b[0]), b.label()))
}

#[add_to_class(Net)]
fn configure_optimizers(&self) -> Opt {
    Box::new(SGD::new(self.parameters(), 0.1))
}

fn steps<M: Trainable>(m: &M, b: &Batch) -> (f64, f64) {
    m.configure_optimizers().zero_grad();
    (
        m.training_step(b).item(),
        m.validation_step(b).get("loss").unwrap(),
    )
}

fn main() {
    let batch = Batch(vec![Tensor::ones([2, 3]), Tensor::ones([2, 1])]);
    let (train, val) = steps(
        &Net {
            net: LazyLinear::new(1),
        },
        &batch,
    );
    assert_eq!(train, 2.0 * val);
}
