//! cargo run --release --example readme
//!
//! Book 3.5: the program in the README.
use d2l::prelude::*;

#[derive(Module)]
struct LinearRegression {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(LinearRegression)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(LinearRegression)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    MSELoss::new().forward(y_hat, y)
}

fn main() {
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    let net = LazyLinear::new(1);
    let fit = Trainer::new(3).fit(&mut LinearRegression { lr: 0.03, net }, &data);
    assert!(fit.history("val_loss")[2] < 0.01);
}
