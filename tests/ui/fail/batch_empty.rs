// A batch of nothing.
use d2l::prelude::*;

#[derive(Batch)]
pub struct Item {
    #[batch(skip)]
    x: f32,
}

fn main() {}
