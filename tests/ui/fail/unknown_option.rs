// An option that does not exist; the method is there all the same.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(Net, hook)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

fn main() {
    Net {
        net: LazyLinear::new(1),
    }
    .forward(&Tensor::zeros([1, 1]));
}
