// Names that formulas do not know.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr, beta: 0.9 }
    state { v }
    {
        v = bta * v + gradient;
        velocity = v;
        p = p - lr * v;
    }
}

fn main() {}
