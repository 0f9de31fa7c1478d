//! One pass over a data set: which rows make which batch, and the iterator over them.

use std::sync::Arc;

use d2l_core::{Tensor, rng::Stream};

use super::{Batch, dataset::Dataset, loader::Position, workers::Workers};

/// Small batches are fetched together up to this many bytes: one gather instead of many.
const BLOCK_BYTES: usize = 256 << 10;

/// Everything that fixes the batches of one pass; threads share it.
pub(super) struct Plan {
    set: Arc<dyn Dataset>,
    /// The rows in their order, or none for 0, 1, 2, …
    order: Option<Vec<usize>>,
    /// How many rows are used; fewer than there are when the last batch is dropped.
    rows: usize,
    batch_size: usize,
    /// The first row of this pass: not 0 when it was resumed.
    start: usize,
    /// How many rows are fetched at once: a multiple of the batch size.
    block: usize,
}

impl Plan {
    /// The pass from batch `first` on, over the first `rows` rows, in the order of `stream` if given.
    pub(super) fn new(
        set: Arc<dyn Dataset>,
        rows: usize,
        batch_size: usize,
        first: usize,
        stream: Option<Stream>,
    ) -> Plan {
        let order = stream.map(|mut stream| stream.permutation(set.len()));
        let batch_bytes = |row: usize| row.saturating_mul(batch_size).max(1);
        let batches = set
            .row_bytes()
            .map_or(1, |row| (BLOCK_BYTES / batch_bytes(row)).max(1));
        Plan {
            set,
            order,
            rows,
            batch_size,
            start: first * batch_size,
            block: batches.saturating_mul(batch_size),
        }
    }

    /// How many blocks the pass has.
    pub(super) fn blocks(&self) -> usize {
        (self.rows - self.start).div_ceil(self.block)
    }

    fn batches(&self) -> usize {
        (self.rows - self.start).div_ceil(self.batch_size)
    }

    /// The rows of block `k`, fetched.
    pub(super) fn fetch(&self, k: usize) -> Block {
        let from = self.start + k * self.block;
        let to = self.rows.min(from.saturating_add(self.block));
        let tensors = match &self.order {
            Some(order) => self.set.get_batch(&order[from..to]),
            None => self.set.get_batch(&(from..to).collect::<Vec<_>>()),
        };
        Block {
            tensors,
            rows: to - from,
            used: 0,
        }
    }
}

/// The rows of a few batches.
pub(super) struct Block {
    tensors: Batch,
    rows: usize,
    used: usize,
}

impl Block {
    const EMPTY: Block = Block {
        tensors: Batch(Vec::new()),
        rows: 0,
        used: 0,
    };

    /// The next batch; all that is left when it is less than `size`.
    fn next(&mut self, size: usize) -> Option<Batch> {
        let (from, to) = (self.used, self.rows.min(self.used.saturating_add(size)));
        self.used = to;
        if from == 0 && to == self.rows && to > 0 {
            return Some(std::mem::replace(self, Block::EMPTY).tensors);
        }
        let part = |t: &Tensor| t.narrow(0, from, to - from);
        (from < to).then(|| Batch(self.tensors.iter().map(part).collect()))
    }
}

/// The batches of one pass; PyTorch's `iter(loader)`.
pub struct Batches {
    plan: Arc<Plan>,
    workers: Option<Workers>,
    block: Block,
    next_block: usize,
    left: usize,
    position: Position,
}

impl Batches {
    pub(super) fn new(plan: Plan, workers: usize, position: Position) -> Batches {
        let plan = Arc::new(plan);
        Batches {
            workers: (workers > 0).then(|| Workers::start(&plan, workers)),
            block: Block::EMPTY,
            next_block: 0,
            left: plan.batches(),
            position,
            plan,
        }
    }

    fn fetch(&mut self) -> Block {
        let k = self.next_block;
        self.next_block += 1;
        match &self.workers {
            Some(workers) => workers.receive(k),
            None => self.plan.fetch(k),
        }
    }
}

impl Iterator for Batches {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        if self.left == 0 {
            return None;
        }
        let size = self.plan.batch_size;
        let batch = self.block.next(size).or_else(|| {
            self.block = self.fetch();
            self.block.next(size)
        });
        self.left -= 1;
        self.position.advance();
        batch
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl ExactSizeIterator for Batches {}
