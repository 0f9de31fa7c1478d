//! w2 to w4: softmax regression, multilayer perceptrons and LeNet on images of 28 x 28. Training is
//! one step of plain SGD on a fixed batch, inference the forward pass alone.
use crate::protocol::{Step, Workload};
use d2l::{module::Optimizer, prelude::*};
use std::hint::black_box;

fn softmax_regression() -> Sequential {
    sequential![Flatten, LazyLinear::new(10)]
}

fn mlp() -> Sequential {
    sequential![Flatten, LazyLinear::new(256), ReLU, LazyLinear::new(10)]
}

/// What is dropped is drawn anew in every step, so this is for training alone.
fn mlp_dropout() -> Sequential {
    let dropout = || Lambda(|x| x.dropout(0.5, true));
    let mut net = sequential![Flatten];
    for _ in 0..2 {
        net.push(LazyLinear::new(256)).push(ReLU).push(dropout());
    }
    net.push(LazyLinear::new(10));
    net
}

/// A convolution of 5 x 5.
#[derive(Module)]
struct Conv5 {
    weight: Param,
    bias: Param,
    #[module(skip)]
    padding: usize,
}

impl Conv5 {
    fn new(inputs: usize, outputs: usize, padding: usize) -> Conv5 {
        let bound = 1.0 / ((inputs * 25) as f64).sqrt();
        let uniform = |shape: &[usize]| Param::new((Tensor::rand(shape) * 2.0 - 1.0) * bound);
        Conv5 {
            weight: uniform(&[outputs, inputs, 5, 5]),
            bias: uniform(&[outputs]),
            padding,
        }
    }
}

#[add_to_class(Conv5)]
fn forward(&self, x: &Tensor) -> Tensor {
    let options = Conv::new().padding(self.padding);
    x.conv2d(&self.weight, Some(&self.bias), &options)
}

/// Book 7.6.
fn lenet() -> Sequential {
    let pool = || Lambda(|x| x.avg_pool2d(&Pool::new(2)));
    let mut net = Sequential::default();
    net.push(Conv5::new(1, 6, 2)).push(Sigmoid).push(pool());
    net.push(Conv5::new(6, 16, 0)).push(Sigmoid).push(pool());
    net.push(Flatten);
    net.push(LazyLinear::new(120)).push(Sigmoid);
    net.push(LazyLinear::new(84)).push(Sigmoid);
    net.push(LazyLinear::new(10));
    net
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
        Workload::new("w3b.mlp_dropout", || training(mlp_dropout(), 256, 0.1)),
        Workload::new("w4.lenet", || training(lenet(), 128, 0.1)),
        Workload::new("w4.lenet:infer", || inference(lenet(), 128)),
    ]
}
