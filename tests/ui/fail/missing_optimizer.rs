// Without an `lr` there is no default optimizer.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
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
        net: LazyLinear::new(1),
    };
    let data: (Vec<Batch>, Vec<Batch>) = (vec![], vec![]);
    let _ = Trainer::new(1).fit(&mut net, &data);
}
