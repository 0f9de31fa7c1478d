// The book's concise linear regression (3.5), trained.
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
    save_hyperparameters!(net)
}

#[add_to_class(LinearRegression)]
pub fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(LinearRegression)]
pub fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    (y_hat - y).square().mean()
}

#[add_to_class(LinearRegression)]
pub fn configure_optimizers(&self) -> SGD {
    SGD::new(self.parameters(), self.lr)
}

/// Batches of twenty examples of y = 2 x1 - 3.4 x2 + 4.2.
fn batches(n: usize) -> Vec<Batch> {
    let batch = |_| {
        let x = Tensor::randn([20, 2]);
        let y = x.matmul(&Tensor::from([[2.0], [-3.4]])) + 4.2;
        Batch(vec![x, y])
    };
    (0..n).map(batch).collect()
}

fn main() {
    manual_seed(0);
    let mut model = LinearRegression::new(0.03);
    let _ = Trainer::new(5).fit(&mut model, &(batches(50), batches(5)));
    let names: Vec<_> = model.named_parameters().into_iter().map(|p| p.0).collect();
    assert_eq!(names, ["net.weight", "net.bias"]);
    for (w, want) in model.net.weight.to_vec::<f32>().iter().zip([2.0, -3.4]) {
        assert!((w - want).abs() < 0.05, "{w} and not {want}");
    }
}
