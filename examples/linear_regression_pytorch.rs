//! cargo run --release --example linear_regression_pytorch
//!
//! Book 3.5 in the words of PyTorch: a network, a loss, an optimizer, and the loop written out.
use d2l::prelude::*;

fn main() {
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2);
    let net = sequential![Linear::new(2, 1)];
    let layer = net.get::<Linear>(0).expect("the first layer is linear");
    layer.weight.normal_(0.0, 0.01);
    layer.bias.fill_(0.0);

    let criterion = MSELoss::new();
    let mut optimizer = SGD::new(net.parameters(), 0.03);
    for epoch in 1..=3 {
        for batch in data.train_dataloader() {
            let loss = criterion.forward(&net.forward(&batch[0]), &batch[1]);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
        }
        let loss = no_grad(|| criterion.forward(&net.forward(&data.x), &data.y));
        println!("epoch {epoch}: loss {:.6}", loss.item());
    }

    let error_w = data.w.reshape([1, 2]) - layer.weight.detach();
    let error_b = data.b - layer.bias.item();
    println!("error in estimating w: {error_w}");
    println!("error in estimating b: {error_b:.4}");
    let worst = error_w.abs().max().item().max(error_b.abs());
    assert!(worst < 0.05, "the error {worst} is not below 0.05");
    println!("a loop by hand: the largest error is {worst:.4}");
}
