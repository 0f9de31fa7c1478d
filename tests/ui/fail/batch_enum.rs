// An example is a struct with named fields.
use d2l::prelude::*;

#[derive(Batch)]
pub enum Item {
    One(f32),
}

#[derive(Batch)]
pub struct Pair(f32, f32);

fn main() {}
