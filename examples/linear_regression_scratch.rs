//! cargo run --release --example linear_regression_scratch
//!
//! Book 3.4: linear regression from scratch, with a loss and an optimizer of our own.
use d2l::prelude::*;

#[derive(Module)]
pub struct LinearRegressionScratch {
    #[hparam]
    num_inputs: usize,
    #[hparam]
    lr: f64,
    #[hparam]
    sigma: f64,
    w: Param,
    b: Param,
}

#[add_to_class(LinearRegressionScratch)]
pub fn new(num_inputs: usize, lr: f64, sigma: f64) -> Self {
    let w = Param::new(Tensor::normal(0.0, sigma, [num_inputs, 1]));
    let b = Param::new(Tensor::zeros([1]));
    save_hyperparameters!(w, b)
}

#[add_to_class(LinearRegressionScratch)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    x.matmul(&self.w) + &*self.b
}

#[add_to_class(LinearRegressionScratch)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    ((y_hat - y).square() / 2.0).mean()
}

/// Minibatch stochastic gradient descent; any type with `step` and `zero_grad` is an optimizer.
pub struct SGD {
    params: Vec<Param>,
    lr: f64,
}

#[add_to_class(SGD)]
pub fn new(params: Vec<Param>, lr: f64) -> Self {
    save_hyperparameters!(params, ignore = [params])
}

#[add_to_class]
impl Optimizer for SGD {
    fn step(&mut self) {
        no_grad(|| {
            for p in &self.params {
                if let Some(grad) = p.grad() {
                    p.sub_(&(self.lr * grad));
                }
            }
        });
    }

    fn zero_grad(&mut self) {
        for p in &self.params {
            p.zero_grad();
        }
    }
}

#[add_to_class(LinearRegressionScratch)]
pub fn configure_optimizers(&self) -> SGD {
    SGD::new(vec![self.w.clone(), self.b.clone()], self.lr)
}

fn main() {
    let mut model = LinearRegressionScratch::new(2, 0.03, 0.01);
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    Trainer::new(3).fit(&mut model, &data);

    let error_w = data.w.reshape([2, 1]) - model.w.detach();
    let error_b = data.b - model.b.item();
    println!("error in estimating w: {error_w}");
    println!("error in estimating b: {error_b:.4}");
    // With the half of the square a step takes 0.03 off the error: 0.97⁹⁶ = 0.054 of it is left.
    let worst = error_w.abs().max().item().max(error_b.abs());
    assert!(worst < 0.4, "the error {worst} is not below 0.4");
    println!("a loss and an optimizer of our own: the largest error is {worst:.4}");
}
