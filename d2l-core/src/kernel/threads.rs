//! The thread pool: a region of numbered chunks, claimed one by one by the caller and the workers.
//!
//! What a chunk covers is fixed by the kernel, never by the number of threads, so who runs it does
//! not change a bit of the result. The caller only ever waits for chunks that somebody has begun; a
//! worker that is asleep or descheduled costs nothing, and a region is never slower than the serial
//! loop by more than a few hundred nanoseconds.
//!
//! One word holds `epoch:32 | chunks:16 | next:16`. A chunk is claimed by a compare-exchange on the
//! whole word, so a worker that was delayed cannot claim from a later region by mistake. There is one
//! region at a time; a second caller (another user thread, or a chunk that starts a region itself)
//! runs its chunks alone, with the same result.
use std::{
    any::Any,
    cell::UnsafeCell,
    hint::spin_loop,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::*},
    },
    thread::{self, Thread},
    time::{Duration, Instant},
};

/// The estimated cost of a chunk for which [`parallel`] is meant, in nanoseconds.
const CHUNK_NS: usize = 16_000;
/// Below this much work the pool is not entered at all.
const ENTER_NS: usize = 8_000;
/// Below this much work nobody is woken (a wake-up costs the caller about 10 µs) or created.
const WAKE_NS: usize = 50_000;
/// Many small regions are worth a wake-up too: after this much work without one.
const WAKE_SUM_NS: usize = 4 * WAKE_NS;
/// How long an idle worker looks for work before it goes to sleep.
const SPIN: Duration = Duration::from_micros(100);
/// Pauses between two offers of the core to other programs; without them a loaded machine stalls.
const PAUSES: u32 = 100;
const MAX_CHUNKS: usize = u16::MAX as usize;

/// What a region runs. A trait of its own: the table of a `dyn Fn` has three entries that call the
/// closure, each with a copy of its code.
trait Chunk: Sync {
    fn run(&self, i: usize);
}

impl<F: Fn(usize) + Sync> Chunk for F {
    fn run(&self, i: usize) {
        self(i)
    }
}

/// The same for pieces of a slice.
trait Piece<T>: Sync {
    fn run(&self, start: usize, piece: &mut [T]);
}

impl<T, F: Fn(usize, &mut [T]) + Sync> Piece<T> for F {
    fn run(&self, start: usize, piece: &mut [T]) {
        self(start, piece)
    }
}

type Task = *const dyn Chunk;

#[repr(align(128))]
struct Line<T>(T);

struct Pool {
    /// `epoch:32 | chunks:16 | next:16`.
    word: Line<AtomicU64>,
    /// Chunks of the current region that have ended.
    done: Line<AtomicU32>,
    /// Nanoseconds of work since sleepers were last woken; used by the holder of `busy`.
    unwoken: AtomicUsize,
    /// Held by the caller of the region in progress.
    busy: AtomicBool,
    /// Written only by the holder of `busy` while no chunk is claimed; read only after a claim.
    task: UnsafeCell<Option<Task>>,
    panic: Mutex<Option<Box<dyn Any + Send>>>,
    workers: Mutex<Workers>,
}

// SAFETY: `task` is the only field that is not `Sync`; the comment at the field says who may touch it
// when, and the claim (acquire) and `done` (release) order those accesses.
unsafe impl Sync for Pool {}

struct Workers {
    list: Vec<(Thread, &'static AtomicBool)>,
    /// The process that owns the threads: after a fork they are gone.
    pid: u32,
}

static POOL: Pool = Pool {
    word: Line(AtomicU64::new(0)),
    done: Line(AtomicU32::new(0)),
    unwoken: AtomicUsize::new(0),
    busy: AtomicBool::new(false),
    task: UnsafeCell::new(None),
    panic: Mutex::new(None),
    workers: Mutex::new(Workers {
        list: Vec::new(),
        pid: 0,
    }),
};

/// Zero until first asked for.
static THREADS: AtomicUsize = AtomicUsize::new(0);

/// How many threads kernels may use, the caller included: what [`set_num_threads`] last said, else
/// the environment variable `D2L_NUM_THREADS`, else the number of cores. PyTorch:
/// `torch.get_num_threads`.
#[inline]
pub fn num_threads() -> usize {
    match THREADS.load(Relaxed) {
        0 => default_threads(),
        n => n,
    }
}

#[cold]
fn default_threads() -> usize {
    let asked = std::env::var("D2L_NUM_THREADS")
        .ok()
        .and_then(|s| s.trim().parse().ok());
    let cores = || thread::available_parallelism().map_or(1, |n| n.get());
    let n = asked.filter(|&n| n > 0).unwrap_or_else(cores);
    THREADS
        .compare_exchange(0, n, Relaxed, Relaxed)
        .map_or_else(|set| set, |_| n)
}

/// Sets how many threads kernels may use; 1 switches the pool off. Results do not depend on it.
/// PyTorch: `torch.set_num_threads`.
///
/// # Panics
/// If `n` is zero.
#[track_caller]
pub fn set_num_threads(n: usize) {
    assert!(n > 0, "set_num_threads: at least one thread is needed");
    THREADS.store(n, Relaxed);
}

/// Runs `f(0)`, …, `f(chunks - 1)` in any order, on several threads where that pays. A chunk should be
/// worth ten microseconds or more. A panic in a chunk reaches the caller when all chunks have ended.
pub fn parallel(chunks: usize, f: &(impl Fn(usize) + Sync)) {
    run_all(chunks, chunks.saturating_mul(CHUNK_NS), f);
}

/// [`parallel`] for chunks of another size: `ns` estimates the work of the whole region in
/// nanoseconds.
pub fn parallel_ns(chunks: usize, ns: usize, f: &(impl Fn(usize) + Sync)) {
    run_all(chunks, ns, f);
}

fn run_all(chunks: usize, ns: usize, f: &dyn Chunk) {
    if chunks > 1 && ns >= ENTER_NS && num_threads() > 1 && enter(chunks, ns, f) {
        return;
    }
    (0..chunks).for_each(|i| f.run(i));
}

/// Cuts `out` into pieces of `chunk` elements (the last may be shorter) and runs `f(start, piece)` on
/// each, like [`parallel`].
#[inline]
pub fn for_chunks<T: Send>(out: &mut [T], chunk: usize, f: impl Fn(usize, &mut [T]) + Sync) {
    for_pieces(out, chunk, &f)
}

/// [`for_chunks`], compiled once for all functions.
fn for_pieces<T: Send>(out: &mut [T], chunk: usize, f: &dyn Piece<T>) {
    let len = out.len();
    if len <= chunk {
        return f.run(0, out);
    }
    let base = Shared(out.as_mut_ptr());
    parallel(len.div_ceil(chunk), &|i| {
        let start = i * chunk;
        // SAFETY: chunk `i` is run once and no two chunks overlap; all lie within `out`, which is
        // borrowed until `parallel` returns.
        let piece = unsafe { base.slice(start, chunk.min(len - start)) };
        f.run(start, piece);
    });
}

/// A pointer into a slice whose disjoint parts are written by different threads.
pub struct Shared<T>(*mut T);

// SAFETY: it is only a pointer; the unsafe `slice` carries the obligation.
unsafe impl<T: Send> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// Shares `out` among the chunks of a region.
    pub fn new(out: &mut [T]) -> Shared<T> {
        Shared(out.as_mut_ptr())
    }

    /// The start of the slice.
    pub fn ptr(&self) -> *mut T {
        self.0
    }

    /// The part `start..start + len`.
    ///
    /// # Safety
    /// It lies within the slice given to `new`, which is still borrowed, and nobody else uses it.
    #[expect(
        clippy::mut_from_ref,
        reason = "disjointness is the caller's obligation"
    )]
    pub unsafe fn slice(&self, start: usize, len: usize) -> &mut [T] {
        // SAFETY: demanded of the caller.
        unsafe { std::slice::from_raw_parts_mut(self.0.add(start), len) }
    }
}

/// Runs a region in the pool, or returns false if the pool is taken.
#[inline(never)]
fn enter(chunks: usize, ns: usize, f: &dyn Chunk) -> bool {
    if POOL.busy.swap(true, Acquire) {
        return false;
    }
    let unwoken = POOL.unwoken.load(Relaxed).saturating_add(ns);
    let wake = ns >= WAKE_NS || unwoken >= WAKE_SUM_NS;
    POOL.unwoken.store(if wake { 0 } else { unwoken }, Relaxed);
    let group = chunks.div_ceil(MAX_CHUNKS);
    let part = |i: usize| (i * group..chunks.min((i + 1) * group)).for_each(|i| f.run(i));
    #[cfg(test)]
    let (level, part) = (super::simd::level(), &part);
    #[cfg(test)]
    let part = |i: usize| super::simd::with_level(level, || part(i));
    let panic = POOL.region(chunks.div_ceil(group), wake, &part);
    POOL.busy.store(false, Release);
    if let Some(payload) = panic {
        resume_unwind(payload);
    }
    true
}

impl Pool {
    /// One region; the caller holds `busy`. Returns the panic of a chunk, if there was one.
    fn region(&'static self, n: usize, wake: bool, f: &dyn Chunk) -> Option<Box<dyn Any + Send>> {
        let task: *const (dyn Chunk + '_) = f;
        // SAFETY: only the lifetime changes; the pointer is not followed after this function returns,
        // since that needs a claimed chunk and all of them are waited for.
        let task: Task = unsafe { std::mem::transmute(task) };
        // SAFETY: this thread holds `busy` and the previous region has ended.
        unsafe { *self.task.get() = Some(task) };
        self.done.0.store(0, Relaxed);
        let epoch = (self.word.0.load(Relaxed) >> 32).wrapping_add(1) << 32;
        self.word.0.store(epoch | (n as u64) << 16, SeqCst);
        if wake {
            self.wake(num_threads() - 1);
        }
        while self.run_one() {}
        let mut idle = 0;
        while self.done.0.load(Acquire) != n as u32 {
            relax(&mut idle);
        }
        lock(&self.panic).take()
    }

    /// Claims a chunk and runs it. False if none is left.
    fn run_one(&self) -> bool {
        let Some(i) = self.claim() else { return false };
        // SAFETY: the chunk belongs to a region that cannot end before `done` is counted up below, so
        // `task` is not written now and its referent is alive.
        let task = unsafe { &*(*self.task.get()).expect("a region has a task") };
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| task.run(i))) {
            lock(&self.panic).get_or_insert(payload);
        }
        self.done.0.fetch_add(1, Release);
        true
    }

    fn claim(&self) -> Option<usize> {
        let mut word = self.word.0.load(Acquire);
        loop {
            let (n, next) = (word >> 16 & 0xFFFF, word & 0xFFFF);
            if next >= n {
                return None;
            }
            match self
                .word
                .0
                .compare_exchange_weak(word, word + 1, AcqRel, Acquire)
            {
                Ok(_) => return Some(next as usize),
                Err(now) => word = now,
            }
        }
    }

    /// Makes sure that `n` workers exist and that those of them who sleep get up.
    #[cold]
    fn wake(&'static self, n: usize) {
        let mut workers = lock(&self.workers);
        if workers.pid != process::id() {
            *workers = Workers {
                list: Vec::new(),
                pid: process::id(),
            };
        }
        for (thread, asleep) in workers.list.iter().take(n) {
            if asleep.load(SeqCst) {
                thread.unpark();
            }
        }
        while workers.list.len() < n {
            let Some(worker) = self.spawn(workers.list.len()) else {
                break;
            };
            workers.list.push(worker);
        }
    }

    /// A new worker, or nothing if the system refuses: the caller does the work then.
    fn spawn(&'static self, id: usize) -> Option<(Thread, &'static AtomicBool)> {
        let asleep: &'static AtomicBool = Box::leak(Box::new(AtomicBool::new(false)));
        let builder = thread::Builder::new().name(format!("d2l-{}", id + 1));
        let handle = builder.spawn(move || self.work(id, asleep)).ok()?;
        Some((handle.thread().clone(), asleep))
    }

    /// The life of a worker: run chunks, look for more for a while, sleep.
    fn work(&self, id: usize, asleep: &AtomicBool) {
        let mut idle = 0;
        loop {
            let mut since = Instant::now();
            while id + 1 < num_threads() {
                if self.run_one() {
                    since = Instant::now();
                }
                relax(&mut idle);
                if idle.is_multiple_of(PAUSES) && since.elapsed() > SPIN {
                    break;
                }
            }
            asleep.store(true, SeqCst);
            // Seen after the flag: either this finds the region or its caller finds the flag.
            if id + 1 >= num_threads() || !self.run_one() {
                thread::park();
            }
            asleep.store(false, SeqCst);
        }
    }
}

/// One pause; now and then the core is offered to somebody else.
fn relax(idle: &mut u32) {
    *idle = idle.wrapping_add(1);
    if idle.is_multiple_of(PAUSES) {
        thread::yield_now()
    } else {
        spin_loop()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
