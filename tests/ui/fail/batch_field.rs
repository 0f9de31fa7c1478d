// A field that is no tensor.
use d2l::prelude::*;

#[derive(Batch)]
pub struct Item {
    name: String,
    x: f32,
}

fn main() {}
