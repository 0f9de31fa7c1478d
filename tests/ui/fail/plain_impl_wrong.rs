// A plain method that is called like a hook and is none.
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

impl Net {
    fn loss(&self, y_hat: &Tensor) -> Tensor {
        y_hat.mean()
    }
}

fn main() {}
