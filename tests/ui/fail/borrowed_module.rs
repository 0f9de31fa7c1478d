// A reference is `Copy`, but what it points to is not the module's own.
use d2l::prelude::*;

#[derive(Module)]
pub struct Net {
    part: &'static LazyLinear,
    maybe: Option<&'static LazyLinear>,
}

fn main() {}
