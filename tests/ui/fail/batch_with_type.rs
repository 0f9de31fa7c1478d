// A `with` function takes the field and gives a tensor.
use d2l::prelude::*;

fn length(text: &String) -> usize {
    text.len()
}

#[derive(Batch)]
pub struct Item {
    #[batch(with = length)]
    x: String,
}

fn main() {}
