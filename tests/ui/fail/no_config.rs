// A struct that stores nothing is not made from a file.
use d2l::prelude::*;

pub struct Net {
    lr: f32,
}

fn main() {
    let _ = Net::from_config("net.toml");
}
