// What is not part of a formula.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr }
    {
        for i in 0..3 { p = g; }
        let (a, b) = g;
        let lr = 3;
        p = p - lr * g % 2;
        p = p - lr * g.gamma();
        p = p - lr * max(g);
        p = p - lr * g.powi(t);
        p = p - &g;
        p = if g > 0 { g };
        println!("{}", g);
    }
}

fn main() {}
