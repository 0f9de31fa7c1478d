// Options that do not exist, or not together.
use d2l::prelude::*;

#[derive(Batch)]
#[batch(nam = Items)]
pub struct Item {
    #[batch(padding = 0)]
    x: Vec<f32>,
    #[batch]
    y: f32,
    #[batch(skip, pad = 0)]
    z: Vec<f32>,
}

fn main() {}
