// The base class's step calls the overriding loss, and an override can call the overridden body.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(Net)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    Classifier::loss(self, y_hat, y) + 40.0
}

fn batch() -> Batch {
    Batch(vec![Tensor::ones([2, 3]), Tensor::from([0, 1])])
}

fn main() {
    let net = Net {
        lr: 0.1,
        net: LazyLinear::new(2),
    };
    let metrics = net.validation_step(&batch()); // Classifier's
    let plain = net
        .forward(&batch()[0])
        .cross_entropy(batch().label())
        .item();
    assert!((metrics.get("loss").unwrap() - plain - 40.0).abs() < 1e-4);
    assert!(metrics.get("acc").is_some());
    assert!(net.training_step(&batch()).item() > 40.0);
}
