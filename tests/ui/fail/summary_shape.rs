// A summary is asked for with shapes.
use d2l::prelude::*;

fn main() {
    let _ = Linear::new(1, 1).summary("1x1");
}
