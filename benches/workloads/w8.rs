//! w8: single operations. The plain row is the forward pass without a gradient; `:fb` is forward and
//! backward with a given output gradient, for the gradients of all inputs.
use crate::protocol::{Step, Workload};
use d2l::prelude::*;
use std::hint::black_box;

fn normals(shapes: &[&[usize]]) -> Vec<Tensor> {
    shapes.iter().map(|s| Tensor::randn(*s)).collect()
}

fn forward(shapes: &[&[usize]], f: impl Fn(&[Tensor]) -> Tensor + 'static) -> Step {
    let inputs = normals(shapes);
    Box::new(move || {
        black_box(no_grad(|| f(&inputs)));
    })
}

fn forward_backward(shapes: &[&[usize]], f: impl Fn(&[Tensor]) -> Tensor + 'static) -> Step {
    let inputs = normals(shapes);
    inputs.iter().for_each(|x| drop(x.requires_grad_(true)));
    let g = Tensor::randn(no_grad(|| f(&inputs)).shape());
    Box::new(move || {
        f(&inputs).backward_with(&g);
        inputs.iter().for_each(|x| drop(black_box(x.grad())));
        inputs.iter().for_each(Tensor::zero_grad);
    })
}

type Op = fn(&[Tensor]) -> Tensor;

/// Both rows of an operation.
pub fn both(name: &str, shapes: &'static [&'static [usize]], f: Op) -> [Workload; 2] {
    [
        Workload::new(name, move || forward(shapes, f)),
        Workload::new(format!("{name}:fb"), move || forward_backward(shapes, f)),
    ]
}

fn alone(name: &str, shapes: &'static [&'static [usize]], f: Op) -> [Workload; 1] {
    [Workload::new(name, move || forward(shapes, f))]
}

/// M, K, N.
const PRODUCTS: [[usize; 3]; 9] = [
    [64, 64, 64],
    [128, 128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [1024, 1024, 1024],
    [2048, 2048, 2048],
    [256, 784, 256],
    [128, 256, 10],
    [256, 784, 10],
];

fn product([m, k, n]: [usize; 3]) -> Workload {
    Workload::new(format!("w8.sgemm_{m}x{k}x{n}"), move || {
        forward(&[&[m, k], &[k, n]], |x| x[0].matmul(&x[1]))
    })
}

fn addition((name, n): (&str, usize)) -> Workload {
    Workload::new(format!("w8.add_{name}"), move || {
        forward(&[&[n], &[n]], |x| &x[0] + &x[1])
    })
}

/// Ten times a small step: what an operation costs before it computes.
fn chain(x: &[Tensor]) -> Tensor {
    let x = (0..10).fold(x[0].clone(), |x, _| (x * 1.01 + 0.1).tanh());
    x.sum()
}

fn rows() -> Tensor {
    let row = |i: i64| (i * 7919 + i * i * 31) % 10_000;
    Tensor::new((0..4096).map(row).collect::<Vec<i64>>(), [4096])
}

fn gather() -> Step {
    let (table, rows) = (Tensor::randn([10_000, 256]), rows());
    Box::new(move || {
        black_box(table.index_select(0, &rows));
    })
}

fn scatter() -> Step {
    let (gradients, rows) = (Tensor::randn([4096, 256]), rows());
    Box::new(move || {
        let table = Tensor::zeros([10_000, 256]);
        black_box(table.index_add_(0, &rows, &gradients, 1.0));
    })
}

pub fn all() -> Vec<Workload> {
    let mut all: Vec<Workload> = PRODUCTS.map(product).into();
    all.extend(
        [
            ("1", 1),
            ("1e4", 10_000),
            ("1e6", 1_000_000),
            ("1e7", 10_000_000),
        ]
        .map(addition),
    );
    all.extend(both("w8.gelu_1e6", &[&[1_000_000]], |x| x[0].gelu()));
    all.extend(both("w8.gelu_1e7", &[&[10_000_000]], |x| x[0].gelu()));
    all.extend(both("w8.softmax_256x1000", &[&[256, 1000]], |x| {
        x[0].softmax(-1)
    }));
    all.extend(both("w8.softmax_4096x4096", &[&[4096, 4096]], |x| {
        x[0].softmax(-1)
    }));
    all.extend(both(
        "w8.layernorm_4096x768",
        &[&[4096, 768], &[768], &[768]],
        |x| x[0].layer_norm(768, Some(&x[1]), Some(&x[2]), 1e-5),
    ));
    all.extend(both(
        "w8.batchnorm_64_56",
        &[&[16, 64, 56, 56], &[64], &[64]],
        |x| x[0].batch_norm(None, Some(&x[1]), Some(&x[2]), true, 0.1, 1e-5),
    ));
    all.extend(alone("w8.sum_axis0_4096x4096", &[&[4096, 4096]], |x| {
        x[0].sum_dim(0)
    }));
    all.extend(alone("w8.sum_axis1_4096x4096", &[&[4096, 4096]], |x| {
        x[0].sum_dim(1)
    }));
    all.extend(alone("w8.sum_all_1e7", &[&[10_000_000]], |x| x[0].sum()));
    all.extend(alone("w8.transpose_2048", &[&[2048, 2048]], |x| {
        x[0].t().contiguous()
    }));
    all.extend(both("w8.chain10_32", &[&[32]], chain));
    all.push(Workload::new("w8.emb_gather_4096", gather));
    all.push(Workload::new("w8.emb_scatter_4096", scatter));
    all
}
