// A batch may leave out an `Option<&Tensor>`; one that is too short is reported.
use d2l::prelude::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[derive(Module)]
#[module(base = Classifier)]
struct Masked {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Masked)]
fn forward(&self, x: &Tensor, mask: Option<&Tensor>) -> Tensor {
    self.net.forward(&mask.map_or(x.clone(), |m| x * m))
}

fn step(m: &impl Trainable, tensors: &[&Tensor]) -> f64 {
    m.training_step(&Batch(tensors.iter().map(|&t| t.clone()).collect()))
        .item()
}

fn main() {
    let (x, mask, y) = (
        Tensor::ones([2, 3]),
        Tensor::zeros([2, 3]),
        Tensor::from([0, 1]),
    );
    let net = Masked {
        lr: 0.1,
        net: LazyLinear::new(2),
    };
    let (without, with) = (step(&net, &[&x, &y]), step(&net, &[&x, &mask, &y]));
    assert_ne!(without, with);
    let too_short = catch_unwind(AssertUnwindSafe(|| step(&net, &[&y]))).unwrap_err();
    assert_eq!(
        too_short.downcast_ref::<String>().unwrap(),
        "Masked::forward takes (x: &Tensor, mask: Option<&Tensor>), but the batch has 0 input(s) before its label"
    );
}
