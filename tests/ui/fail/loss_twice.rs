// Defined twice: rustc's errors, among them "duplicate definitions".
use d2l::prelude::*;

#[derive(Module)]
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
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

#[add_to_class(Net)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

fn main() {
    let mut net = Net {
        lr: 0.1,
        net: LazyLinear::new(1),
    };
    let data: (Vec<Batch>, Vec<Batch>) = (vec![], vec![]);
    let _ = Trainer::new(1).fit(&mut net, &data);
}
