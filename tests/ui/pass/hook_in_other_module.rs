// A private hook in another Rust module counts.
use d2l::prelude::*;

mod net {
    use d2l::prelude::*;

    #[derive(Module)]
    #[module(base = Classifier)]
    pub struct Net {
        #[hparam]
        pub lr: f32,
        pub net: LazyLinear,
    }

    #[add_to_class(Net)]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        self.net.forward(x)
    }
}

mod elsewhere {
    use d2l::prelude::*;

    #[add_to_class(super::net::Net)]
    fn validation_step(&self, _batch: &Batch) -> Metrics {
        Metrics::new().with("own", 1.0)
    }
}

fn validate(m: &impl Trainable, batch: &Batch) -> Metrics {
    m.validation_step(batch)
}

fn main() {
    let net = net::Net {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    assert_eq!(
        validate(&net, &Batch(vec![])),
        Metrics::new().with("own", 1.0)
    );
}
