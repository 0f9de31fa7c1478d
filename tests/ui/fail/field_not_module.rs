// Parts that are neither modules nor plain data.
use d2l::prelude::*;

struct Config {
    width: usize,
}
struct Block {
    lin: LazyLinear,
}

#[derive(Module)]
pub struct Net {
    config: Config,
    blocks: Vec<Block>,
    net: LazyLinear,
}

fn main() {}
