//! optim: one step of Adam on 10 million parameters in f32, beside a copy of as many bytes.
//!
//! A step reads parameter, gradient and both moments and writes all but the gradient: 28 bytes per
//! parameter. `optim.copy_10m` moves the same number of bytes from one buffer to another, so that the
//! ratio of the two rates is the part of the machine's bandwidth that the step uses; `optim.adam_share`
//! measures both in turn and prints it.
use crate::protocol::{Step, Workload};
use d2l::{module::Optimizer, prelude::*};
use std::{hint::black_box, time::Instant};

const PARAMETERS: usize = 10_000_000;
/// Bytes that a step moves for each parameter.
const BYTES: usize = 7 * size_of::<f32>();

fn adam() -> Step {
    let w = Param::new(Tensor::rand([PARAMETERS]));
    w.set_grad(&(Tensor::rand([PARAMETERS]) - 0.5));
    let mut adam = Adam::new([w], 1e-3);
    Box::new(move || adam.step())
}

/// Half of the bytes are read, half are written, by the system's `memcpy` on as many threads: the most
/// that a copy gets out of the machine.
fn copy() -> Step {
    let elements = PARAMETERS * BYTES / 2 / size_of::<f32>();
    let (from, mut to) = (vec![1f32; elements], vec![0f32; elements]);
    let part = elements.div_ceil(d2l::runtime::num_threads());
    Box::new(move || {
        std::thread::scope(|s| {
            for (to, from) in to.chunks_mut(part).zip(from.chunks(part)) {
                s.spawn(move || to.copy_from_slice(from));
            }
        });
        black_box(&to);
    })
}

/// The best of a few, as bytes in a second.
fn bandwidth(step: &mut Step) -> f64 {
    let seconds = (0..5).map(|_| {
        let begun = Instant::now();
        step();
        begun.elapsed().as_secs_f64()
    });
    (PARAMETERS * BYTES) as f64 / seconds.fold(f64::INFINITY, f64::min)
}

/// Both in turn, and the ratio.
fn share() -> Step {
    let (mut adam, mut copy) = (adam(), copy());
    Box::new(move || {
        let (adam, copy) = (bandwidth(&mut adam), bandwidth(&mut copy));
        println!(
            "adam {:.2} GB/s, copy {:.2} GB/s, share {:.3}",
            adam / 1e9,
            copy / 1e9,
            adam / copy
        );
    })
}

pub fn all() -> Vec<Workload> {
    vec![
        Workload::new("optim.adam_10m", adam),
        Workload::new("optim.copy_10m", copy),
        Workload::new("optim.adam_share", share),
    ]
}
