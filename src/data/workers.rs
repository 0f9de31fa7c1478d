//! Threads that fetch ahead.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use super::pass::{Block, Plan};

/// How many finished blocks may wait for each worker.
const AHEAD: usize = 2;

/// Worker `w` of `n` fetches blocks `w`, `w + n`, …, and the reader takes them in turn: the order
/// is that of the pass, whoever is fast.
pub(super) struct Workers {
    lines: Vec<Receiver<thread::Result<Block>>>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    pub(super) fn start(plan: &Arc<Plan>, workers: usize) -> Workers {
        let n = workers.min(plan.blocks());
        let mut all = Workers {
            lines: Vec::with_capacity(n),
            threads: Vec::with_capacity(n),
        };
        for w in 0..n {
            let (sender, receiver) = sync_channel(AHEAD);
            let plan = plan.clone();
            let work = move || fetch_every(&plan, w, n, &sender);
            let thread = thread::Builder::new()
                .name(format!("loader {w}"))
                .spawn(work);
            all.threads
                .push(thread.expect("DataLoader: cannot start a worker thread"));
            all.lines.push(receiver);
        }
        all
    }

    /// Block `k`; they must be asked for in order. A worker's panic goes on here.
    pub(super) fn receive(&self, k: usize) -> Block {
        match self.lines[k % self.lines.len()].recv() {
            Ok(Ok(block)) => block,
            Ok(Err(panic)) => resume_unwind(panic),
            Err(_) => unreachable!("a worker ends only after its last block or a panic"),
        }
    }
}

fn fetch_every(plan: &Plan, first: usize, step: usize, sender: &SyncSender<thread::Result<Block>>) {
    for k in (first..plan.blocks()).step_by(step) {
        let block = catch_unwind(AssertUnwindSafe(|| plan.fetch(k)));
        let last = block.is_err();
        if sender.send(block).is_err() || last {
            return; // nobody reads any more, or there is nothing more to say
        }
    }
}

impl Drop for Workers {
    fn drop(&mut self) {
        self.lines.clear(); // whoever waits to send stops waiting
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
