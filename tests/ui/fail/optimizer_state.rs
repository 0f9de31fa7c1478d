// State that nothing needs.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr }
    state { v }
    { p = p - lr * g; }
}

fn main() {}
