// A model with a base class and a `forward`: loss, steps and optimizer are inherited.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
struct Softmax {
    #[hparam]
    lr: f32,
    net: Sequential,
}

#[add_to_class(Softmax)]
fn new(lr: f32, classes: usize) -> Self {
    save_hyperparameters!(net: sequential![Flatten, LazyLinear::new(classes)], ignore = [classes])
}

#[add_to_class(Softmax)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

/// Three classes; an example has its class's feature.
fn batches() -> Vec<Batch> {
    let y = Tensor::from([0, 1, 2, 0, 1, 2]);
    let x = Tensor::eye(3).index_select(0, &y).reshape([6, 1, 3]);
    vec![Batch(vec![x, y])]
}

fn main() {
    manual_seed(0);
    let mut model = Softmax::new(0.5, 3);
    let fit = Trainer::new(20).fit(&mut model, &(batches(), batches()));
    let (loss, acc) = (fit.history("val_loss"), fit.history("val_acc"));
    assert_eq!(loss.len(), 20);
    assert!(loss[19] < loss[0]);
    assert_eq!(acc[19], 1.0);
    let (y_hat, y) = (model.forward(&batches()[0][0]), &batches()[0][1]);
    assert_eq!(
        model.accuracy(&y_hat, y, false),
        Tensor::from([1.0, 1.0, 1.0, 1.0, 1.0, 1.0])
    );
}
