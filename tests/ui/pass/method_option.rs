// Named like a hook, but not meant as one.
use d2l::prelude::*;

#[derive(Module)]
struct Bag(#[module(skip)] Vec<u8>);

#[add_to_class(Bag, method)]
fn loss(&self) -> f32 {
    0.5
}

#[add_to_class(Bag, method)]
fn forward(&mut self, k: u8) -> usize {
    self.0.push(k);
    self.0.len()
}

#[add_to_class(Bag, method)]
fn los(&self) -> f32 {
    self.loss()
}

fn main() {
    let mut bag = Bag(vec![1]);
    assert_eq!((bag.forward(2), bag.los()), (2, 0.5));
}
