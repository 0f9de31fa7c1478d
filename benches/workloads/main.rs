//! The workloads of d2l, one JSON line each.
//!
//! cargo run --release -p d2l-benches --bin workloads -- --threads 1 'w1.*'
//!
//! Protocol: build, one cold step, at least two steps and 0.3 s of warm-up, then seven repetitions
//! of as many steps as take 0.15 s; the rate is steps per second. Flags: `--threads N`, `--reps N`,
//! `--rep-seconds S`, `--list`; arguments are names or patterns with `*`.
mod elementwise;
mod networks;
mod optim;
mod protocol;
mod w1;
mod w8;
mod w8_conv;

use protocol::{Args, Workload};

fn main() {
    let args = Args::parse();
    d2l::runtime::set_num_threads(args.threads);
    let all: Vec<Workload> = [
        elementwise::all(),
        w1::all(),
        networks::all(),
        optim::all(),
        w8::all(),
        w8_conv::all(),
    ]
    .into_iter()
    .flatten()
    .collect();
    for w in all.iter().filter(|w| args.selected(&w.name)) {
        if args.list {
            println!("{}", w.name);
        } else {
            protocol::measure(&args, w);
        }
    }
}
