// Ignored arguments are not in the checkpoint.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
pub fn new(net: LazyLinear, lr: f32) -> Self {
    save_hyperparameters!(net, ignore = [net])
}

fn main() {
    let _ = Net::load_from_checkpoint("net.safetensors");
}
