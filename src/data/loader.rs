//! Batches in order or shuffled, fetched here or by workers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use d2l_core::rng::{self, Stream};
use serde::{Deserialize, Serialize};

use super::{
    Batch,
    dataset::Dataset,
    pass::{Batches, Plan},
};

/// Cuts a data set into batches; every [`iter`](Self::iter) is a fresh pass.
///
/// A shuffled loader has another order in each pass. The order depends on the seed and the number
/// of the pass alone: not on workers, threads, or what else draws random numbers.
///
/// ```
/// use d2l::{Tensor, data::{DataLoader, TensorDataset}};
///
/// let (x, y) = (Tensor::zeros([1000, 2]), Tensor::zeros([1000, 1]));
/// let loader = DataLoader::new(TensorDataset::new([&x, &y]), 32).shuffle(true);
/// assert_eq!(loader.len(), 32);
/// let sizes: Vec<_> = loader.iter().map(|batch| batch[0].shape()[0]).collect();
/// assert_eq!((sizes[0], sizes[31]), (32, 8));
/// ```
///
/// A clone is another handle on the same loader: passes are counted together.
///
/// Book: section 3.3. PyTorch: `torch.utils.data.DataLoader`.
#[derive(Clone)]
pub struct DataLoader {
    set: Arc<dyn Dataset>,
    batch_size: usize,
    shuffle: bool,
    drop_last: bool,
    num_workers: usize,
    cursor: Arc<Mutex<Cursor>>,
}

/// Where a loader stands: with it, a loader of the same data and settings goes on with the very
/// batches that would have come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LoaderState {
    /// The key of all orders.
    pub seed: u64,
    /// The number of the pass that is under way, or comes next.
    pub epoch: u64,
    /// How many batches of it were handed out.
    pub batch: usize,
}

#[derive(Default)]
struct Cursor {
    now: LoaderState,
    /// Whether a pass is under way, so that the next one has the next number.
    running: bool,
    /// How many passes were started: tells the latest from older ones.
    passes: u64,
}

/// Settings.
impl DataLoader {
    /// A loader of batches of `batch_size` examples; the last one may be smaller. Not shuffled,
    /// no workers.
    ///
    /// # Panics
    /// When `batch_size` is 0 or the data set is empty.
    #[track_caller]
    pub fn new(set: impl Dataset + 'static, batch_size: usize) -> DataLoader {
        assert!(
            batch_size > 0,
            "DataLoader::new: batch_size is 0; a batch holds at least one example"
        );
        assert!(
            !set.is_empty(),
            "DataLoader::new: the data set is empty (0 examples), so there is nothing to load"
        );
        DataLoader {
            set: Arc::new(set),
            batch_size,
            shuffle: false,
            drop_last: false,
            num_workers: 0,
            cursor: Arc::default(),
        }
    }

    /// Sets whether each pass has a random order of its own. The seed is drawn from the default
    /// generator here, so that `manual_seed` decides it; [`seed`](Self::seed) sets another.
    #[must_use]
    pub fn shuffle(mut self, shuffle: bool) -> DataLoader {
        if shuffle && !self.shuffle {
            self.cursor().now.seed = rng::next_seed();
        }
        self.shuffle = shuffle;
        self
    }

    /// Sets the key of the random orders; call it after [`shuffle`](Self::shuffle).
    #[must_use]
    pub fn seed(self, seed: u64) -> DataLoader {
        self.cursor().now.seed = seed;
        self
    }

    /// Sets how many threads fetch batches ahead (default 0: each batch is fetched when it is
    /// asked for). The batches are the same for any number.
    #[must_use]
    pub fn num_workers(mut self, workers: usize) -> DataLoader {
        self.num_workers = workers;
        self
    }

    /// Sets whether a last batch that is not full is left out (default: no).
    ///
    /// # Panics
    /// When that leaves no batch at all.
    #[track_caller]
    #[must_use]
    pub fn drop_last(mut self, drop_last: bool) -> DataLoader {
        let (n, size) = (self.set.len(), self.batch_size);
        let some = !drop_last || n >= size;
        assert!(
            some,
            "DataLoader::drop_last: {n} examples do not fill one batch of {size}, so none would be left"
        );
        self.drop_last = drop_last;
        self
    }
}

impl DataLoader {
    /// How many batches a pass has.
    pub fn len(&self) -> usize {
        self.rows().div_ceil(self.batch_size)
    }

    /// Whether a pass has no batches: never, since a loader of no data cannot be made.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The data set.
    pub fn dataset(&self) -> &dyn Dataset {
        &*self.set
    }

    /// How many examples a batch has.
    pub fn batch_size(&self) -> usize {
        self.batch_size
    }

    /// Starts a pass. The first one after [`set_state`](Self::set_state) goes on from there.
    pub fn iter(&self) -> Batches {
        let (start, pass) = self.begin();
        let stream = self.shuffle.then(|| Stream::new(start.seed, start.epoch));
        let plan = Plan::new(
            self.set.clone(),
            self.rows(),
            self.batch_size,
            start.batch,
            stream,
        );
        let position = Position {
            cursor: self.cursor.clone(),
            pass,
        };
        Batches::new(plan, self.num_workers, position)
    }

    /// Where the loader stands. A finished pass reads as the beginning of the next.
    pub fn state(&self) -> LoaderState {
        self.normal(self.cursor().now)
    }

    /// Goes to a place that [`state`](Self::state) told: the next pass hands out what comes after.
    ///
    /// ```
    /// use d2l::{Tensor, data::{DataLoader, TensorDataset}};
    ///
    /// let set = TensorDataset::new([&Tensor::arange(10)]);
    /// let loader = DataLoader::new(set, 4).shuffle(true);
    /// let mut pass = loader.iter();
    /// pass.next();
    /// let state = loader.state();
    /// let rest: Vec<_> = pass.map(|b| b[0].clone()).collect();
    ///
    /// loader.set_state(state);
    /// let again: Vec<_> = loader.iter().map(|b| b[0].clone()).collect();
    /// assert_eq!((rest.len(), &rest), (2, &again));
    /// ```
    pub fn set_state(&self, state: LoaderState) {
        let mut cursor = self.cursor();
        cursor.now = self.normal(state);
        cursor.running = false;
    }

    fn begin(&self) -> (LoaderState, u64) {
        let mut cursor = self.cursor();
        if cursor.running {
            cursor.now.epoch += 1;
            cursor.now.batch = 0;
        }
        cursor.running = true;
        cursor.passes += 1;
        (cursor.now, cursor.passes)
    }

    fn normal(&self, state: LoaderState) -> LoaderState {
        if state.batch < self.len() {
            return state;
        }
        LoaderState {
            epoch: state.epoch + 1,
            batch: 0,
            ..state
        }
    }

    fn rows(&self) -> usize {
        let n = self.set.len();
        if self.drop_last {
            n - n % self.batch_size
        } else {
            n
        }
    }

    fn cursor(&self) -> MutexGuard<'_, Cursor> {
        lock(&self.cursor)
    }
}

/// The place where a pass notes how far it is.
pub(super) struct Position {
    cursor: Arc<Mutex<Cursor>>,
    pass: u64,
}

impl Position {
    /// One batch more was handed out; of an older pass nobody wants to know.
    pub(super) fn advance(&self) {
        let mut cursor = lock(&self.cursor);
        if cursor.running && cursor.passes == self.pass {
            cursor.now.batch += 1;
        }
    }
}

fn lock(cursor: &Mutex<Cursor>) -> MutexGuard<'_, Cursor> {
    cursor.lock().unwrap_or_else(PoisonError::into_inner)
}

impl IntoIterator for &DataLoader {
    type Item = Batch;
    type IntoIter = Batches;

    fn into_iter(self) -> Batches {
        self.iter()
    }
}

impl IntoIterator for DataLoader {
    type Item = Batch;
    type IntoIter = Batches;

    fn into_iter(self) -> Batches {
        self.iter()
    }
}

impl std::fmt::Debug for DataLoader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DataLoader")
            .field("examples", &self.set.len())
            .field("batch_size", &self.batch_size)
            .field("shuffle", &self.shuffle)
            .field("num_workers", &self.num_workers)
            .field("drop_last", &self.drop_last)
            .field("state", &self.state())
            .finish()
    }
}

/// Ready-made batches: one is one example of the loader, so that shuffling shuffles batches.
struct Ready(Vec<Batch>);

impl Dataset for Ready {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        self.0[rows[0]].clone()
    }
}

impl From<Vec<Batch>> for DataLoader {
    /// # Panics
    /// When there are no batches.
    #[track_caller]
    fn from(batches: Vec<Batch>) -> DataLoader {
        DataLoader::new(Ready(batches), 1)
    }
}

impl FromIterator<Batch> for DataLoader {
    /// Keeps what a plain iterator yields, and so gives it a length and further passes.
    ///
    /// # Panics
    /// When it yields nothing.
    #[track_caller]
    fn from_iter<I: IntoIterator<Item = Batch>>(batches: I) -> DataLoader {
        Vec::from_iter(batches).into()
    }
}

#[cfg(test)]
mod tests;
