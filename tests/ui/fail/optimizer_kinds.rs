// Numbers, flags and elements in the wrong places.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr, beta: 0.9, on: false }
    state { v, #[scalar] n }
    {
        v = on + g;
        n = g;
        lr = 2 * lr;
        if beta { v = g; }
        if g > 0 { v = g; }
        v = beta * (if on { g } else { v });
        p = p - exp(g) * v && on;
    }
}

fn main() {}
