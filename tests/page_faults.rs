//! After the first steps a training asks the system for no memory: not one page is touched for the
//! first time. Counted, not timed.
#![cfg(target_os = "linux")]
use d2l::{module::Optimizer, prelude::*, runtime::set_num_threads};

/// Pages that this process touched for the first time so far.
fn minor_faults() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The name in brackets may contain spaces; behind it, minflt is the eighth field.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    fields.split(' ').nth(7).unwrap().parse().unwrap()
}

/// Fails if every one of several runs of `step` touches new pages. The system may take pages away
/// from a process at any time; so one quiet run of three steps is what counts.
fn check(name: &str, mut step: impl FnMut()) {
    (0..3).for_each(|_| step());
    let runs = [(); 5].map(|()| {
        let before = minor_faults();
        (0..3).for_each(|_| step());
        minor_faults() - before
    });
    assert!(
        runs.contains(&0),
        "{name}: {runs:?} page faults in three steps"
    );
}

/// A step of training as in the book.
fn training(net: Sequential, n: usize) -> impl FnMut() {
    let x = Tensor::randn([n, 1, 28, 28]);
    let y = Tensor::randint(0, 10, [n]);
    net.forward(&x);
    let mut sgd = SGD::new(net.parameters(), 0.1);
    move || {
        let loss = net.forward(&x).cross_entropy(&y);
        sgd.zero_grad();
        loss.backward();
        sgd.step();
    }
}

fn dropout() -> Lambda {
    Lambda(|x| x.dropout(0.5, true))
}

/// Convolutions and pools of LeNet (book 7.6).
fn convolutions() -> Sequential {
    let kernel = |shape: [usize; 4]| Param::new(Tensor::randn(shape) * 0.1);
    let (first, second) = (kernel([6, 1, 5, 5]), kernel([16, 6, 5, 5]));
    let conv = |w: Param, padding| {
        Lambda(move |x| x.conv2d(&w, None, &Conv::new().padding(padding)).sigmoid())
    };
    let pool = || Lambda(|x| x.avg_pool2d(&Pool::new(2)));
    let mut net = sequential![conv(first, 2), pool(), conv(second, 0), pool(), Flatten];
    net.push(LazyLinear::new(120))
        .push(Sigmoid)
        .push(LazyLinear::new(10));
    net
}

/// One test: the count is the whole process's.
#[test]
fn a_warm_step_touches_no_new_page() {
    let before = minor_faults();
    drop(std::hint::black_box(vec![1u8; 16 << 20]));
    assert!(minor_faults() > before, "fresh memory is counted");
    for threads in [1, 2] {
        set_num_threads(threads);
        check(
            "softmax regression",
            training(sequential![Flatten, LazyLinear::new(10)], 256),
        );
        let mlp = sequential![
            Flatten,
            LazyLinear::new(256),
            ReLU,
            dropout(),
            LazyLinear::new(10)
        ];
        check("perceptron", training(mlp, 256));
        check("convolutions", training(convolutions(), 32));
        let (a, b) = (Tensor::ones([10_000_000]), Tensor::ones([10_000_000]));
        check("sum of two large tensors", || drop(&a + &b));
    }
}
