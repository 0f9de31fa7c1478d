// Something else than a function.
use d2l::prelude::*;

#[elementwise]
struct S;

fn main() {}
