//! What it costs that an error can name its layer, the layer before and their shapes: nanoseconds per
//! call of a layer beyond those of the same function without a layer. Fails above 10.
//!
//! cargo run --release -p d2l-benches --bin layer_call
use d2l::prelude::*;
use std::{
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

const LIMIT: f64 = 10.0;
const CALLS: u32 = 1_000_000;

/// A layer that does nothing, so that its call is all there is.
#[derive(Module)]
struct Nothing {
    part: Identity,
}

#[add_to_class(Nothing)]
fn forward(&self, x: &Tensor) -> Tensor {
    nothing(x)
}

#[inline(never)]
fn nothing(x: &Tensor) -> Tensor {
    x.clone()
}

/// Runs the calls inside of a model, where they are noted.
#[derive(Module)]
struct Model {
    own: Nothing,
}

#[add_to_class(Model)]
fn forward(&self, x: &Tensor, which: Which) -> Duration {
    let start = Instant::now();
    for _ in 0..CALLS {
        let y = match which {
            Which::Bare => nothing(black_box(x)),
            Which::Own => self.own.forward(black_box(x)),
            Which::Library => self.own.part.forward(black_box(x)),
        };
        drop(black_box(y));
    }
    start.elapsed()
}

#[derive(Clone, Copy)]
enum Which {
    Bare,
    Own,
    Library,
}

/// Nanoseconds per call, the least of several runs.
fn per_call(model: &Model, which: Which) -> f64 {
    let x = Tensor::ones([4, 8]);
    let runs = (0..15).map(|_| model.forward(&x, which).as_nanos() as f64);
    runs.fold(f64::INFINITY, f64::min) / f64::from(CALLS)
}

fn main() -> ExitCode {
    let model = Model {
        own: Nothing { part: Identity },
    };
    let [bare, own, library] =
        [Which::Bare, Which::Own, Which::Library].map(|w| per_call(&model, w));
    let overhead = [own - bare, library - bare];
    println!("a function: {bare:.1} ns per call");
    println!("a model's own layer: {own:.1} ns, {:.1} more", overhead[0]);
    println!(
        "a layer of the library: {library:.1} ns, {:.1} more",
        overhead[1]
    );
    if overhead.iter().all(|&o| o <= LIMIT) {
        ExitCode::SUCCESS
    } else {
        eprintln!("more than {LIMIT} ns");
        ExitCode::FAILURE
    }
}
