// A batch has one label.
use d2l::prelude::*;

#[derive(Batch)]
pub struct Item {
    #[batch(label)]
    x: f32,
    #[batch(label)]
    y: f32,
}

fn main() {}
