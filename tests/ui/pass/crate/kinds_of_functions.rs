//! Anything that can stand in an impl can be added.
#![deny(missing_docs, warnings)]
use d2l::prelude::*;
use std::fmt::Debug;

/// A list.
pub struct Bag<T>(Vec<T>);

/// A constructor, const and documented.
#[add_to_class(impl<T> Bag<T>)]
#[must_use]
pub const fn new(v: Vec<T>) -> Self {
    Bag(v)
}

/// With a lifetime, a type parameter and a where clause.
#[add_to_class(impl<T: Clone> Bag<T> where T: Debug)]
pub fn pick<'a, F>(&'a self, mut f: F) -> Option<&'a T>
where
    F: FnMut(&T) -> bool,
{
    self.0.iter().find(|x| f(x))
}

/// Async, and changing.
#[add_to_class(impl<T> Bag<T>)]
pub async fn later(&mut self, x: T) -> usize {
    self.0.push(x);
    self.0.len()
}

/// Unsafe.
///
/// # Safety
/// `i` is in range.
#[add_to_class(impl<T> Bag<T>)]
pub unsafe fn raw(&self, i: usize) -> &T {
    unsafe { self.0.get_unchecked(i) }
}

/// By a box.
#[add_to_class(impl<T> Bag<T>)]
pub fn take(self: Box<Self>) -> Vec<T> {
    self.0
}

/// For one of the types only.
#[add_to_class(Bag<u8>)]
pub fn total(&self) -> u32 {
    self.0.iter().map(|&x| u32::from(x)).sum()
}

/// With a default for an argument, in Rust's way.
#[add_to_class(Bag<u8>)]
pub fn mean(&self, otherwise: impl Into<Option<f64>>) -> f64 {
    if self.0.is_empty() {
        otherwise.into().unwrap_or(0.0)
    } else {
        f64::from(self.total()) / self.0.len() as f64
    }
}

fn main() {
    let mut bag = Bag::new(vec![1u8, 2]);
    assert_eq!(
        (bag.total(), bag.pick(|x| *x > 1), bag.mean(None)),
        (3, Some(&2), 1.5)
    );
    assert_eq!(unsafe { *bag.raw(0) }, 1);
    drop(bag.later(9)); // never polled
    assert_eq!(Box::new(bag).take(), [1, 2]);
}
