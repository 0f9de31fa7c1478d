// No container of modules is skipped in silence.
use d2l::prelude::*;

use std::collections::LinkedList;

#[derive(Module)]
pub struct Net {
    layers: LinkedList<LazyLinear>,
}

fn main() {}
