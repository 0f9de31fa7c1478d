// The lengths of a padded field have a name.
use d2l::prelude::*;

#[derive(Batch)]
pub struct Item {
    #[batch(pad = 0)]
    x: Vec<f32>,
    x_len: usize,
}

fn main() {}
