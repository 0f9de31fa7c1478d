// The trainer fills only tensors.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn forward(&self, x: &Tensor, steps: usize) -> Tensor {
    self.net.forward(x) * steps as f64
}

fn main() {
    let mut net = Net {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    let data: (Vec<Batch>, Vec<Batch>) = (vec![], vec![]);
    let _ = Trainer::new(1).fit(&mut net, &data);
}
