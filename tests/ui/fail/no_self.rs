// A hook is a method.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(Net)]
pub fn training_step(batch: &Batch) -> Tensor {
    batch[0].mean()
}

fn main() {
    let mut net = Net {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    let data: (Vec<Batch>, Vec<Batch>) = (vec![], vec![]);
    let _ = Trainer::new(1).fit(&mut net, &data);
}
