// The first option is the learning rate.
use d2l::prelude::*;

optimizer! {
    struct Heavy { rate, lr: 0.1 }
    { p = p - lr * g; }
}

fn main() {}
