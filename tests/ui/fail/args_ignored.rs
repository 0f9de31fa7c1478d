// Ignored arguments are on no command line.
use d2l::prelude::*;

pub struct Net {
    lr: f32,
}

#[add_to_class(Net)]
pub fn new(lr: f32, verbose: bool) -> Self {
    assert!(!verbose);
    save_hyperparameters!(ignore = [verbose])
}

fn main() {
    let _ = Net::parse_args();
}
