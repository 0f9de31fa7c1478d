// A plain inherent method overrides too.
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

impl Net {
    fn validation_step(&self, _batch: &Batch) -> Metrics {
        Metrics::new().with("plain", 2.0)
    }
}

fn validate(m: &impl Trainable, batch: &Batch) -> Metrics {
    m.validation_step(batch)
}

fn main() {
    let net = Net {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    assert_eq!(
        validate(&net, &Batch(vec![])),
        Metrics::new().with("plain", 2.0)
    );
}
