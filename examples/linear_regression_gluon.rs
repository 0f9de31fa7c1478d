//! cargo run --release --example linear_regression_gluon
//!
//! Book 3.5 in the words of Gluon: `Dense`, an initialiser that waits for the shape, `L2Loss`.
use d2l::prelude::*;

#[derive(Module)]
pub struct LinearRegression {
    #[hparam]
    lr: f32,
    net: Dense,
}

#[add_to_class(LinearRegression)]
pub fn new(lr: f32) -> Self {
    let net = Dense::new(1);
    net.weight.init(Normal(0.0, 0.01));
    net.bias.init(Zeros);
    save_hyperparameters!(net)
}

#[add_to_class(LinearRegression)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

/// `L2Loss` gives one loss per example: half of the square.
#[add_to_class(LinearRegression)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    L2Loss::new().forward(y_hat, y).mean()
}

#[add_to_class(LinearRegression)]
pub fn configure_optimizers(&self) -> SGD {
    SGD::new(self.parameters(), self.lr)
}

fn main() {
    // Half of the square has half of the gradient: twice the book's 0.03 makes the same steps.
    let mut model = LinearRegression::new(0.06);
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    Trainer::new(3).fit(&mut model, &data);

    let error_w = data.w.reshape([1, 2]) - model.net.weight.detach();
    let error_b = data.b - model.net.bias.item();
    println!("error in estimating w: {error_w}");
    println!("error in estimating b: {error_b:.4}");
    let worst = error_w.abs().max().item().max(error_b.abs());
    assert!(worst < 0.05, "the error {worst} is not below 0.05");
    println!("Dense and L2Loss: the largest error is {worst:.4}");
}
