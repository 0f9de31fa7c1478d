// A shape mistake names the place in the model; `return` and `?` work in a `forward`.
use d2l::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[derive(Module)]
struct Block {
    fc: LazyLinear,
}

#[add_to_class(Block)]
fn forward(&self, x: &Tensor) -> Tensor {
    if x.numel() == 0 {
        return x.clone();
    }
    self.fc.forward(x)
}

#[derive(Module)]
struct Net {
    body: Sequential,
    scale: Param,
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Option<Tensor> {
    let x = Some(x).filter(|x| x.dim() == 2)?;
    Some(self.body.forward(x).matmul(&self.scale))
}

fn message(f: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(f)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

fn main() {
    let block = || Block {
        fc: LazyLinear::new(4),
    };
    let net = Net {
        body: sequential![block(), block()],
        scale: Param::new(Tensor::ones([4, 1])),
    };
    assert!(net.forward(&Tensor::ones([3])).is_none());
    assert_eq!(net.forward(&Tensor::ones([2, 3])).unwrap().shape(), [2, 1]);
    let wide = message(|| drop(net.forward(&Tensor::ones([2, 5]))));
    assert!(
        wide.contains("[2, 5]") && wide.contains("(in body.0.fc, "),
        "{wide}"
    );
    let net = Net {
        scale: Param::new(Tensor::ones([9, 1])),
        ..net
    };
    let own = message(|| drop(net.forward(&Tensor::ones([2, 3]))));
    assert!(own.ends_with("(in Net)\n  previous: body.1.fc gave [2, 4]"), "{own}");
    let outside = message(|| drop(Tensor::ones([2, 3]).matmul(&Tensor::ones([2, 3]))));
    assert!(!outside.contains("(in"), "{outside}");
}
