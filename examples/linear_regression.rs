//! cargo run --release --example linear_regression
//!
//! Book 3.5: linear regression, concisely.
use d2l::prelude::*;

#[derive(Module)]
pub struct LinearRegression {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(LinearRegression)]
pub fn new(lr: f32) -> Self {
    let net = LazyLinear::new(1);
    net.weight.normal_(0.0, 0.01);
    net.bias.fill_(0.0);
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

#[add_to_class(LinearRegression)]
pub fn get_w_b(&self) -> (Tensor, Tensor) {
    (self.net.weight.detach(), self.net.bias.detach())
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut model = LinearRegression::new(0.03);
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    let fit = Trainer::new(3).fit(&mut model, &data);

    let (w, b) = model.get_w_b();
    let error_w = data.w.reshape(w.shape()) - w;
    let error_b = data.b - b.item();
    println!("error in estimating w: {error_w}");
    println!("error in estimating b: {error_b:.4}");
    let worst = error_w.abs().max().item().max(error_b.abs());
    assert!(worst < 0.05, "the error {worst} is not below 0.05");

    fit.board().save("linear_regression.svg")?;
    model.save_checkpoint("linear_regression.safetensors")?;
    let again = LinearRegression::load_from_checkpoint("linear_regression.safetensors")?;
    assert_eq!(again.lr, model.lr);
    assert_eq!(again.get_w_b(), model.get_w_b());
    println!("board in linear_regression.svg, checkpoint in linear_regression.safetensors");
    Ok(())
}
