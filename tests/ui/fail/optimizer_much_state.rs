// More state than a loop can have.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr }
    state { a, b, c, d, e }
    {
        a = g; b = a; c = b; d = c; e = d;
        p = p - lr * e;
    }
}

fn main() {}
