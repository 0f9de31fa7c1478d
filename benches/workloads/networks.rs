//! w2 and w3: softmax regression and multilayer perceptrons on images of 28 x 28. Training is one
//! step of plain SGD on a fixed batch of 256, inference the forward pass alone.
use crate::protocol::{Step, Workload};
use d2l::{module::Optimizer, prelude::*};
use std::hint::black_box;

fn softmax_regression() -> Sequential {
    sequential![Flatten, LazyLinear::new(10)]
}

fn mlp() -> Sequential {
    sequential![Flatten, LazyLinear::new(256), ReLU, LazyLinear::new(10)]
}

/// Random images and labels that cover the classes.
fn batch(n: usize, image: [usize; 3]) -> (Tensor, Tensor) {
    let labels: Vec<i64> = (0..n as i64).map(|i| i * 7 % 10).collect();
    (
        Tensor::randn([n, image[0], image[1], image[2]]),
        Tensor::new(labels, [n]),
    )
}

const IMAGE: [usize; 3] = [1, 28, 28];

fn training(net: Sequential, n: usize, lr: f64) -> Step {
    let (x, y) = batch(n, IMAGE);
    net.forward(&x);
    let mut sgd = SGD::new(net.parameters(), lr);
    Box::new(move || {
        let loss = net.forward(&x).cross_entropy(&y);
        sgd.zero_grad();
        loss.backward();
        sgd.step();
        black_box(loss);
    })
}

fn inference(net: Sequential, n: usize) -> Step {
    let (x, _) = batch(n, IMAGE);
    net.eval();
    Box::new(move || {
        black_box(no_grad(|| net.forward(&x)));
    })
}

pub fn all() -> Vec<Workload> {
    vec![
        Workload::new("w2.softmax", || training(softmax_regression(), 256, 0.1)),
        Workload::new("w3.mlp", || training(mlp(), 256, 0.1)),
        Workload::new("w3.mlp:infer", || inference(mlp(), 256)),
        Workload::new("w3.mlp_b1:infer", || inference(mlp(), 1)),
    ]
}
