// A check says yes or no.
use d2l::prelude::*;

fn verdict(x: &f32) -> f32 {
    *x
}

#[derive(Module)]
pub struct Net {
    #[hparam(check = verdict)]
    lr: f32,
}

fn main() {}
