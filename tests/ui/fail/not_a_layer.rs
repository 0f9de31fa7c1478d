// A module whose `forward` takes two tensors, among layers.
use d2l::prelude::*;

#[derive(Module)]
struct Attention {
    w: LazyLinear,
}

#[add_to_class(Attention)]
fn forward(&self, q: &Tensor, k: &Tensor) -> Tensor {
    self.w.forward(&(q - k))
}

fn main() {
    let _ = sequential![
        LazyLinear::new(3),
        Attention {
            w: LazyLinear::new(1)
        }
    ];
}
