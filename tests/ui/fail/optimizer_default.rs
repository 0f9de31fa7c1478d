// A default is written out.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr, beta: f64::NAN }
    { p = p - lr * g; }
}

fn main() {}
