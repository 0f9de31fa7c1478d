// A method for a type of another crate.
use d2l::prelude::*;

/// The Euclidean norm.
#[add_to_class(Vec<f32>, ext = Norm)]
pub fn norm(&self) -> f32 {
    self.iter().map(|x| x * x).sum::<f32>().sqrt()
}

#[add_to_class(impl<T: Clone> Option<T>, ext = Twice)]
fn twice(&self) -> Vec<T> {
    self.iter().chain(self).cloned().collect()
}

fn main() {
    assert_eq!(vec![3.0, 4.0].norm(), 5.0);
    assert_eq!(Some(1).twice(), [1, 1]);
}
