//! cargo run --release --example linear_regression_jax
//!
//! Book 3.5 in the words of JAX: no module, a function of the parameters and its gradient.
use d2l::prelude::*;

fn predict(w: &Tensor, b: &Tensor, x: &Tensor) -> Tensor {
    x.matmul(w) + b
}

fn main() {
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    let mut w = Tensor::normal(0.0, 0.01, [2, 1]);
    let mut b = Tensor::zeros([1]);
    let lr = 0.03;

    for epoch in 1..=3 {
        let mut sum = 0.0;
        for batch in data.train_dataloader() {
            let (x, y) = (&batch[0], &batch[1]);
            let loss = |w: &Tensor, b: &Tensor| (predict(w, b, x) - y).square().mean();
            let (value, (dw, db)) = value_and_grad(loss)((&w, &b));
            (w, b) = (w - lr * dw, b - lr * db);
            sum += value.item();
        }
        println!("epoch {epoch}: loss {:.6}", sum / 32.0);
    }

    let error_w = data.w.reshape([2, 1]) - w;
    let error_b = data.b - b.item();
    println!("error in estimating w: {error_w}");
    println!("error in estimating b: {error_b:.4}");
    let worst = error_w.abs().max().item().max(error_b.abs());
    assert!(worst < 0.05, "the error {worst} is not below 0.05");
    println!("gradients of a function: the largest error is {worst:.4}");
}
