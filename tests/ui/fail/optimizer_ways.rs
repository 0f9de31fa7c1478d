// More decisions than loops can be written for.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr, a: false, b: false, c: false, d: false, e: false }
    {
        if a { g = -g; }
        if b { g = 2 * g; }
        if c { g = 3 * g; }
        if d { g = 4 * g; }
        if e { g = 5 * g; }
        p = p - lr * g;
    }
}

fn main() {}
