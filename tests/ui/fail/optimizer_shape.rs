// The parts stand in one order.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr }
    memory { v }
    { p = p - lr * g; }
}

fn main() {}
