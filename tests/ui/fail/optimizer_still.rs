// A rule that changes nothing.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr }
    state { v }
    { v = v + g; }
}

fn main() {}
