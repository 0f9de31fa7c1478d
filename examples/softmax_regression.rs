//! cargo run --release --example softmax_regression
//!
//! Book 4.5: softmax regression, concisely, on Fashion-MNIST.
use d2l::prelude::*;

#[derive(Module)]
#[module(base = Classifier)]
pub struct SoftmaxRegression {
    #[hparam]
    num_outputs: usize,
    #[hparam]
    lr: f32,
    net: Sequential,
}

#[add_to_class(SoftmaxRegression)]
pub fn new(num_outputs: usize, lr: f32) -> Self {
    let net = sequential![Flatten, LazyLinear::new(num_outputs)];
    save_hyperparameters!(net)
}

#[add_to_class(SoftmaxRegression)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let data = FashionMNIST::new().batch_size(256).load()?;
    // The loss, the accuracy and plain SGD are Classifier's.
    let mut model = SoftmaxRegression::new(10, 0.1);
    let fit = Trainer::new(5).fit(&mut model, &data);
    fit.board().save("softmax_regression.svg")?;

    let val = data.get_dataloader(false);
    for batch in val.iter().take(1) {
        let guesses = model.forward(&batch[0]).argmax_dim(1);
        let guesses = data.text_labels(guesses.to_vec::<i64>());
        let labels = data.text_labels(batch[1].to_vec::<i64>());
        for (label, guess) in labels.iter().zip(guesses).take(8) {
            println!("{label:<12} predicted as {guess}");
        }
    }

    let acc = fit.history("val_acc")[4];
    assert!(acc >= 0.80, "the accuracy {acc:.3} is below 0.80");
    println!("validation accuracy {acc:.3} after 5 epochs; board in softmax_regression.svg");
    Ok(())
}
