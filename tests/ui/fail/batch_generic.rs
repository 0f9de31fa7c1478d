// An example is one type.
use d2l::prelude::*;

#[derive(Batch)]
pub struct Item<T> {
    x: T,
}

fn main() {}
