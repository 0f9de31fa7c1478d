// A base class written by the user; generic code and trait objects get the overriding hook.
use d2l::prelude::*;

struct Regressor;

impl Base for Regressor {
    fn loss(_: &Model, y_hat: &Tensor, y: &Tensor) -> Tensor {
        (y_hat - y).square().mean()
    }
    fn validation_step(m: &Model, batch: &Batch) -> Metrics {
        Metrics::new().with("mse", m.loss(&m.forward_batch(batch), batch.label()).item())
    }
}

impl<M: ?Sized> CompleteFor<M> for Regressor {}

#[derive(Module)]
#[module(base = Regressor)]
struct Inherits {
    #[hparam]
    lr: f64,
    net: LazyLinear,
}

#[add_to_class(Inherits)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[derive(Module)]
#[module(base = Regressor)]
struct Overrides {
    #[hparam]
    lr: f64,
    net: LazyLinear,
}

#[add_to_class]
impl Overrides {
    fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }

    fn loss(&self, _y_hat: &Tensor, _y: &Tensor) -> Tensor {
        Tensor::from(42.0)
    }
}

fn generic<M: Trainable>(m: &M) -> f64 {
    m.loss(&Tensor::from([3.0]), &Tensor::from([1.0])).item()
}

fn main() {
    let inherits = Inherits {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    let overrides = Overrides {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    assert_eq!((generic(&inherits), generic(&overrides)), (4.0, 42.0));
    let object: Box<Model> = Box::new(overrides);
    let batch = Batch(vec![Tensor::ones([2, 3]), Tensor::ones([2, 1])]);
    assert_eq!(
        object.validation_step(&batch),
        Metrics::new().with("mse", 42.0)
    );
    assert_eq!(object.lr(), 0.1);
}
