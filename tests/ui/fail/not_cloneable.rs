// A part without a copy needs `no_clone`.
use d2l::prelude::*;

#[derive(Module)]
#[module(no_clone)]
pub struct Part {
    #[module(skip)]
    callback: Box<dyn Fn()>,
}

#[derive(Module)]
pub struct Net {
    part: Part,
    #[module(skip)]
    callback: Box<dyn Fn()>,
}

fn main() {}
