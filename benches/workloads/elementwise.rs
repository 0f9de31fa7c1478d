//! Elementwise functions: what the macro makes of a formula against one pass and one buffer for each
//! operation, with the scalar functions of the standard library.
use super::protocol::Workload;
use d2l::{Tensor, fused, no_grad};
use std::hint::black_box;

/// 4 Mi.
const MANY: usize = 1 << 22;
const MILLION: usize = 1_000_000;

pub fn all() -> Vec<Workload> {
    let mut all = vec![passes()];
    type Function = fn(&Tensor) -> Tensor;
    let functions: [(&str, Function); 9] = [
        ("gelu_tanh", Tensor::gelu_tanh),
        ("gelu", Tensor::gelu),
        ("silu", Tensor::silu),
        ("mish", Tensor::mish),
        ("softplus", |x| x.softplus(1.0, 20.0)),
        ("elu", |x| x.elu(1.0)),
        ("tanh", Tensor::tanh),
        ("sigmoid", Tensor::sigmoid),
        ("relu", Tensor::relu),
    ];
    for (name, f) in functions {
        for (size, n) in [("4Mi", MANY), ("1M", MILLION), ("64", 64)] {
            all.push(forward(format!("elementwise.{name}.forward.{size}"), n, f));
            all.push(both(format!("elementwise.{name}.both.{size}"), n, f));
        }
    }
    all.push(forward("elementwise.composed.4Mi".into(), MANY, composed));
    all.push(forward("elementwise.fused.4Mi".into(), MANY, |x| {
        fused!(|x| 0.5 * x * (1.0 + tanh(0.797_884_560_802_865_4 * (x + 0.044_715 * x.powi(3)))))
    }));
    all
}

fn forward(name: String, n: usize, f: impl Fn(&Tensor) -> Tensor + Copy + 'static) -> Workload {
    Workload::new(name, move || {
        let x = Tensor::randn([n]);
        Box::new(move || no_grad(|| drop(black_box(f(&x)))))
    })
}

fn both(name: String, n: usize, f: impl Fn(&Tensor) -> Tensor + Copy + 'static) -> Workload {
    Workload::new(name, move || {
        let x = Tensor::randn([n]).requires_grad_(true);
        Box::new(move || {
            f(&x).sum().backward();
            x.zero_grad();
        })
    })
}

/// GELU as tensor operations, a pass for each.
fn composed(x: &Tensor) -> Tensor {
    let cube = x * x * x;
    let inner = (x + cube * 0.044_715) * 0.797_884_560_802_865_4;
    x * 0.5 * (inner.tanh() + 1.0)
}

/// The same in plain Rust, with the scalar `tanh` of the standard library.
fn passes() -> Workload {
    Workload::new("elementwise.passes.4Mi", || {
        let x: Vec<f32> = Tensor::randn([MANY]).to_vec();
        Box::new(move || {
            let each = |f: &dyn Fn(usize) -> f32| (0..MANY).map(f).collect::<Vec<f32>>();
            let cube = each(&|i| x[i] * x[i] * x[i]);
            let small = each(&|i| cube[i] * 0.044_715);
            let sum = each(&|i| x[i] + small[i]);
            let inner = each(&|i| sum[i] * 0.797_884_6);
            let tanh = each(&|i| inner[i].tanh());
            let one = each(&|i| tanh[i] + 1.0);
            let half = each(&|i| x[i] * 0.5);
            black_box(each(&|i| half[i] * one[i]));
        })
    })
}
