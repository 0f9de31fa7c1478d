// After a mistake in a formula the optimizer is there all the same.
use d2l::prelude::*;

optimizer! {
    struct Heavy { lr, beta: 0.9 }
    { p = p - lr * gg; }
}

fn main() {
    let w = Param::new(Tensor::ones([1]));
    let mut heavy = Heavy::new([w], 0.1).beta(0.5);
    heavy.step();
    heavy.zero_grad();
}
