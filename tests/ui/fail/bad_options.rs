// Four mistakes at once, and none because of them.
use d2l::prelude::*;

#[derive(Module)]
#[module(bass = Classifier)]
pub struct Net {
    #[hparam(x)]
    lr: f32,
    #[module(skp)]
    a: f32,
    #[hparam]
    #[module(skip)]
    b: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(Net)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

fn main() {
    let mut net = Net {
        lr: 0.1,
        a: 0.0,
        b: 0.0,
        net: LazyLinear::new(1),
    };
    let data: (Vec<Batch>, Vec<Batch>) = (vec![], vec![]);
    let _ = Trainer::new(1).fit(&mut net, &data);
}
