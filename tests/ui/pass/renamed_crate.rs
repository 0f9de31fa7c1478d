//! The library under another name.
use deep::prelude::*;

#[derive(Module)]
#[module(base = Classifier, crate = deep)]
struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net, crate = deep)]
fn new(lr: f32) -> Self {
    save_hyperparameters!(net: LazyLinear::new(2))
}

#[add_to_class(crate = deep)]
impl Net {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }

    fn loss(&self, y_hat: &Tensor, y: &deep::Tensor) -> deep::Tensor {
        Classifier::loss(self, y_hat, y)
    }
}

fn main() {
    let net = Net::new(0.1);
    let batch = Batch(vec![Tensor::ones([2, 3]), Tensor::from([0, 1])]);
    assert!(net.clone().training_step(&batch).item() > 0.0);
}
