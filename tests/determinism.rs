//! One seed, one result, bit for bit: whatever the number of threads, workers or processes.
use d2l::{prelude::*, runtime::set_num_threads};
use std::{
    process::Command,
    sync::{Mutex, PoisonError},
};

/// The number of threads belongs to the process: one test at a time.
static THREADS: Mutex<()> = Mutex::new(());

/// What `run` gives with this many threads.
fn with_threads<R>(threads: usize, run: impl FnOnce() -> R) -> R {
    let _one = THREADS.lock().unwrap_or_else(PoisonError::into_inner);
    let before = d2l::runtime::num_threads();
    set_num_threads(threads);
    let result = run();
    set_num_threads(before);
    result
}

/// All that a training leaves: weights, losses, points of the figure; each as its bits.
#[derive(PartialEq, Eq, Debug)]
struct Trace {
    weights: Vec<u8>,
    numbers: Vec<u64>,
}

impl Trace {
    fn of(model: &dyn Module, fit: &Fit) -> Trace {
        let state = model.state_dict();
        let histories = fit
            .names()
            .into_iter()
            .flat_map(|n| fit.history(n).iter().copied());
        let board = fit.board();
        let points = board
            .labels()
            .into_iter()
            .flat_map(|l| board.points(l))
            .flat_map(|p| [p.0, p.1]);
        Trace {
            weights: state.iter().flat_map(|(_, t)| t.to_le_bytes()).collect(),
            numbers: histories.chain(points).map(f64::to_bits).collect(),
        }
    }

    /// A short name for it, for another process to print.
    fn digest(&self) -> u64 {
        let bytes = self.numbers.iter().flat_map(|n| n.to_le_bytes());
        let all = self.weights.iter().copied().chain(bytes);
        all.fold(0xcbf2_9ce4_8422_2325, |h, b| {
            (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        })
    }
}

#[derive(Module)]
struct LinearRegression {
    #[hparam]
    lr: f32,
    net: LazyLinear,
}

#[add_to_class(LinearRegression)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

#[add_to_class(LinearRegression)]
fn loss(&self, y_hat: &Tensor, y: &Tensor) -> Tensor {
    y_hat.mse_loss(y)
}

/// Book 3.5, with this many threads that load.
fn linear_regression(seed: u64, workers: usize) -> Trace {
    manual_seed(seed);
    let data = SyntheticRegressionData::new([2.0, -3.4], 4.2).num_workers(workers);
    let mut model = LinearRegression {
        lr: 0.03,
        net: LazyLinear::new(1),
    };
    let fit = Trainer::new(3).progress(false).fit(&mut model, &data);
    Trace::of(&model, &fit)
}

#[derive(Module)]
#[module(base = Classifier)]
struct Mlp {
    #[hparam]
    lr: f32,
    net: Sequential,
}

#[add_to_class(Mlp)]
fn forward(&self, x: &Tensor) -> Tensor {
    self.net.forward(x)
}

/// Two large batches of images, enough work for threads to share.
fn classify(hidden: &[usize], workers: usize) -> Trace {
    manual_seed(4);
    let (x, y) = (Tensor::rand([8192, 28, 28]), Tensor::randint(0, 10, [8192]));
    let set = TensorDataset::new([&x, &y]);
    let train = DataLoader::new(set, 4096)
        .shuffle(true)
        .num_workers(workers);
    let mut net = sequential![Flatten];
    for &width in hidden {
        net.push(LazyLinear::new(width)).push(ReLU);
    }
    net.push(LazyLinear::new(10));
    let mut model = Mlp { lr: 0.1, net };
    let fit = Trainer::new(2)
        .gradient_clip_val(1.0)
        .progress(false)
        .fit(&mut model, &(&train, &train));
    Trace::of(&model, &fit)
}

#[test]
fn two_runs_with_one_seed_are_equal_and_another_seed_is_another_run() {
    let first = with_threads(2, || linear_regression(1, 0));
    assert_eq!(first, with_threads(2, || linear_regression(1, 0)));
    assert_ne!(first, with_threads(2, || linear_regression(2, 0)));
}

#[test]
fn linear_regression_is_the_same_with_any_number_of_threads() {
    let one = with_threads(1, || linear_regression(1, 0));
    for threads in [2, 3, 8] {
        assert_eq!(
            with_threads(threads, || linear_regression(1, 0)),
            one,
            "{threads} threads"
        );
    }
}

#[test]
fn softmax_regression_is_the_same_with_any_number_of_threads() {
    let one = with_threads(1, || classify(&[], 0));
    for threads in [1, 2, 3] {
        assert_eq!(
            with_threads(threads, || classify(&[], 0)),
            one,
            "{threads} threads"
        );
    }
}

#[test]
fn a_perceptron_is_the_same_with_any_number_of_threads() {
    let one = with_threads(1, || classify(&[64, 32], 0));
    for threads in [1, 2, 3] {
        assert_eq!(
            with_threads(threads, || classify(&[64, 32], 0)),
            one,
            "{threads} threads"
        );
    }
}

#[test]
fn the_number_of_workers_changes_nothing() {
    let none = linear_regression(1, 0);
    let images = with_threads(2, || classify(&[], 0));
    for workers in [1, 4] {
        assert_eq!(linear_regression(1, workers), none, "{workers} workers");
        assert_eq!(
            with_threads(2, || classify(&[], workers)),
            images,
            "{workers} workers"
        );
    }
}

/// What else draws random numbers between two epochs does not change the order of the data.
#[test]
fn the_order_of_the_data_depends_on_its_seed_alone() {
    let order = |disturb: bool| {
        let set = TensorDataset::new([&Tensor::arange(100)]);
        let loader = DataLoader::new(set, 10).shuffle(true).seed(5);
        let pass = |()| -> Vec<i64> {
            if disturb {
                Tensor::randn([3]);
            }
            loader.iter().flat_map(|b| b[0].to_vec::<i64>()).collect()
        };
        [(); 3].map(pass)
    };
    let [first, second, third] = order(false);
    assert!(first != second && second != third);
    assert_eq!(order(true), [first, second, third]);
}

/// How many threads of this process work for operations on tensors.
#[cfg(target_os = "linux")]
fn helping_threads() -> usize {
    let tasks = std::fs::read_dir("/proc/self/task").unwrap();
    let name = |t: std::fs::DirEntry| std::fs::read_to_string(t.path().join("comm"));
    let names = tasks.filter_map(|t| name(t.ok()?).ok());
    names.filter(|n| n.starts_with("d2l-")).count()
}

/// Set in the processes that only print what they got.
const CHILD: &str = "D2L_TEST_PRINT_DIGEST";
const THIS: &str = "processes_with_any_number_of_threads_agree";

#[test]
fn processes_with_any_number_of_threads_agree() {
    if std::env::var_os(CHILD).is_some() {
        let traces = [
            linear_regression(1, 0),
            linear_regression(1, 4),
            classify(&[64], 2),
        ];
        #[cfg(target_os = "linux")]
        assert_eq!(
            helping_threads(),
            d2l::runtime::num_threads() - 1,
            "the work was shared"
        );
        let digests = traces.map(|t| t.digest().to_string());
        println!(
            "\n{} threads: digest {}",
            d2l::runtime::num_threads(),
            digests.join(" ")
        );
        return;
    }
    let digest = |threads: &str| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", THIS, "--nocapture"])
            .env(CHILD, "1")
            .env("D2L_NUM_THREADS", threads);
        let output = child.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let line = text.lines().find_map(|l| l.split_once(" threads: digest "));
        let (used, digest) = line.unwrap_or_else(|| panic!("no digest in {text}"));
        assert_eq!(used, threads, "the environment sets the number of threads");
        digest.to_string()
    };
    let one = digest("1");
    assert_eq!(digest("1"), one, "two processes with one thread each");
    assert_eq!(digest("2"), one, "one process with two threads");
}
