// A plain struct may have a `forward`.
use d2l::prelude::*;

struct Clock {
    hours: usize,
}

#[add_to_class(Clock)]
fn forward(&self, hours: usize) -> usize {
    if hours == 0 {
        return self.hours;
    }
    (self.hours + hours) % 24
}

#[add_to_class(Clock)]
fn loss(&self, a: &Tensor, b: &Tensor) -> Tensor {
    a - b
}

fn main() {
    let clock = Clock { hours: 23 };
    assert_eq!((clock.forward(0), clock.forward(2)), (23, 1));
    assert_eq!(
        clock.loss(&Tensor::from(3.0), &Tensor::from(1.0)).item(),
        2.0
    );
}
