// A trait's method has the trait's visibility.
use d2l::prelude::*;

#[derive(Module)]
#[module(no_display)]
pub struct Net {
    net: LazyLinear,
}

#[add_to_class(impl std::fmt::Display for Net)]
pub fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
    f.write_str("net")
}

fn main() {}
