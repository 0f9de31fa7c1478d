// Options without a default, with a wrong one, or twice.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr, beta, decay: -1, gamma: 2 in 0..1, flag: true in 0..1, step: 3, beta: 0.5 }
    { p = p - lr * g; }
}

fn main() {}
