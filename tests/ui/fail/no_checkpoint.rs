// A checkpoint needs the hyperparameters.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

fn main() {
    let _ = Net::load_from_checkpoint("net.safetensors");
}
