// A method of a trait, generic and not.
use d2l::prelude::*;
use std::fmt;

struct Bag<T>(Vec<T>);

#[add_to_class(impl<T: fmt::Debug> fmt::Display for Bag<T>)]
fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "bag {:?}", self.0)
}

#[add_to_class(impl PartialEq<usize> for Bag<u8>)]
fn eq(&self, n: &usize) -> bool {
    self.0.len() == *n
}

fn main() {
    assert_eq!(Bag(vec![1, 2]).to_string(), "bag [1, 2]");
    assert!(Bag(vec![1u8, 2]) == 2);
}
