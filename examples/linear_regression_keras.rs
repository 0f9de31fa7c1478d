//! cargo run --release --example linear_regression_keras
//!
//! Book 3.5 in the words of Keras: `Dense` with its initialisers as options.
use d2l::prelude::*;

#[derive(Module)]
pub struct LinearRegression {
    #[hparam]
    lr: f32,
    net: Dense,
}

#[add_to_class(LinearRegression)]
pub fn new(lr: f32) -> Self {
    let net = Dense::new(1)
        .kernel_initializer(Normal(0.0, 0.01))
        .bias_initializer(Zeros);
    save_hyperparameters!(net)
}

#[add_to_class(LinearRegression)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(LinearRegression)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    MSELoss::new().forward(y_hat, y)
}

#[add_to_class(LinearRegression)]
pub fn configure_optimizers(&self) -> SGD {
    SGD::new(self.parameters(), self.lr)
}

fn main() {
    let mut model = LinearRegression::new(0.03);
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    Trainer::new(3).fit(&mut model, &data);

    let error_w = data.w.reshape([1, 2]) - model.net.weight.detach();
    let error_b = data.b - model.net.bias.item();
    println!("error in estimating w: {error_w}");
    println!("error in estimating b: {error_b:.4}");
    let worst = error_w.abs().max().item().max(error_b.abs());
    assert!(worst < 0.05, "the error {worst} is not below 0.05");
    println!("Dense with kernel_initializer: the largest error is {worst:.4}");
}
