// One hook overridden; its body calls an inherited one.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
struct Net {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(Net)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(Net)]
fn validation_step(&self, batch: &Batch) -> Metrics {
    let y_hat = self.forward(&batch[0]);
    let inherited = self.loss(&y_hat, batch.label()); // Classifier's
    Metrics::from(inherited).with("mine", 7.0)
}

fn batch() -> Batch {
    Batch(vec![Tensor::ones([2, 3]), Tensor::from([0, 1])])
}

fn main() {
    let mut net = Net {
        lr: 0.1,
        net: LazyLinear::new(2),
    };
    let fit = Trainer::new(1).fit(&mut net, &(vec![batch()], vec![batch()]));
    assert_eq!(fit.history("val_mine"), [7.0]);
    assert_eq!(
        fit.history("val_acc"),
        [0.0; 0],
        "the inherited step did not run"
    );
    let y_hat = net.forward(&batch()[0]);
    assert_eq!(
        fit.history("val_loss"),
        [y_hat.cross_entropy(batch().label()).item()]
    );
}
