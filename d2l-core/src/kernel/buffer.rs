//! Aligned memory from a pool of size classes.
//!
//! A fresh page costs about twenty times the arithmetic done on it, so a freed buffer is kept and
//! handed to the next request of its class: after the first training step a step needs no new page.
//! Small buffers wait in a list of their thread, large ones in one shared, bounded list.
use std::{
    alloc::{Layout, alloc_zeroed, dealloc, handle_alloc_error},
    cell::{Cell, RefCell},
    ptr::NonNull,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

/// Every buffer starts at a multiple of this: a cache line and an AVX-512 register.
pub(crate) const ALIGN: usize = 64;
/// Buffers of this size and above start at a multiple of it, so that huge pages can back them.
pub(crate) const HUGE: usize = 2 << 20;
/// Up to this size a freed buffer stays with its thread.
const LOCAL_MAX: usize = 64 << 10;
/// What one thread keeps of one class, in bytes.
const LOCAL_BYTES: usize = 1 << 20;
/// What the shared list always may keep, in bytes.
const SHARED_BYTES: usize = 256 << 20;
const CLASSES: usize = 256;
/// Index of the 64-byte class before shifting: exponent 5, last quarter.
const FIRST: usize = 5 * 4 + 3;

/// A run of initialised bytes, aligned to [`ALIGN`], whose contents are arbitrary until written.
pub(crate) struct Buffer {
    ptr: NonNull<u8>,
    bytes: usize,
    class: usize,
}

// SAFETY: a buffer owns its memory alone; access goes through `&self` and `&mut self`.
unsafe impl Send for Buffer {}
// SAFETY: `&Buffer` only gives out `&[u8]`.
unsafe impl Sync for Buffer {}

impl Buffer {
    /// A buffer of at least `bytes` bytes. Reused memory holds old values, in debug builds 0xFF.
    pub(crate) fn new(bytes: usize) -> Buffer {
        let class = class_of(bytes);
        count(|n| (n.buffers, n.bytes) = (n.buffers + 1, n.bytes + bytes));
        let ptr = take_local(class)
            .or_else(|| take_shared(class))
            .inspect(|&p| poison(p, class));
        let ptr = ptr.unwrap_or_else(|| fresh(class));
        Buffer { ptr, bytes, class }
    }

    pub(crate) fn as_ptr(&self) -> *mut u8 {
        self.ptr.as_ptr()
    }

    pub(crate) fn len(&self) -> usize {
        self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        count(|n| n.returned += self.bytes);
        if !give_local(self.class, self.ptr) && !give_shared(self.class, self.ptr) {
            release(self.class, self.ptr);
        }
    }
}

/// Classes lie four to a doubling, so that at most a quarter of a buffer is unused.
fn class_of(bytes: usize) -> usize {
    if bytes <= 64 {
        return 0;
    }
    let b = bytes - 1;
    let exp = b.ilog2() as usize;
    exp * 4 + ((b >> (exp - 2)) & 3) - FIRST
}

fn size_of_class(class: usize) -> usize {
    let (exp, quarter) = ((class + FIRST) / 4, (class + FIRST) % 4);
    (5 + quarter) << (exp - 2)
}

fn layout(class: usize) -> Layout {
    let size = size_of_class(class);
    let align = if size >= HUGE { HUGE } else { ALIGN };
    Layout::from_size_align(size, align).expect("class sizes fit the address space")
}

fn fresh(class: usize) -> NonNull<u8> {
    let layout = layout(class);
    FRESH.fetch_add(1, Relaxed);
    // SAFETY: the layout's size is at least 64.
    let ptr = unsafe { alloc_zeroed(layout) };
    let Some(ptr) = NonNull::new(ptr) else {
        handle_alloc_error(layout)
    };
    huge_pages(ptr, layout.size());
    ptr
}

#[cfg(all(target_os = "linux", not(miri)))]
fn huge_pages(ptr: NonNull<u8>, size: usize) {
    const MADV_HUGEPAGE: i32 = 14;
    unsafe extern "C" {
        fn madvise(addr: *mut u8, len: usize, advice: i32) -> i32;
    }
    if size >= HUGE {
        // SAFETY: the range is one allocation of ours; the call is advice and changes no contents.
        // Its failure is harmless, so the result is not looked at.
        unsafe { madvise(ptr.as_ptr(), size, MADV_HUGEPAGE) };
    }
}

#[cfg(not(all(target_os = "linux", not(miri))))]
fn huge_pages(_: NonNull<u8>, _: usize) {}

fn release(class: usize, ptr: NonNull<u8>) {
    // SAFETY: `ptr` came from `alloc_zeroed` with this class's layout and nobody else holds it.
    unsafe { dealloc(ptr.as_ptr(), layout(class)) }
}

/// Debug builds overwrite reused memory: a kernel that leaves a gap shows up as NaN.
fn poison(ptr: NonNull<u8>, class: usize) {
    if cfg!(debug_assertions) {
        // SAFETY: the whole class size belongs to this buffer, which has no other owner.
        unsafe { ptr.as_ptr().write_bytes(0xFF, size_of_class(class)) }
    }
}

static FRESH: AtomicUsize = AtomicUsize::new(0);

/// How many buffers had to come from the system so far; constant once a training loop is warm.
pub(crate) fn fresh_buffers() -> usize {
    FRESH.load(Relaxed)
}

/// What a thread has asked for so far, and what it has given back.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) buffers: usize,
    pub(crate) bytes: usize,
    pub(crate) returned: usize,
}

thread_local!(static COUNTS: Cell<Counts> = const { Cell::new(Counts { buffers: 0, bytes: 0, returned: 0 }) });

fn count(change: impl FnOnce(&mut Counts)) {
    let mut counts = COUNTS.get();
    change(&mut counts);
    COUNTS.set(counts);
}

/// What this thread has asked for so far, be it new or used before.
pub(crate) fn counts() -> Counts {
    COUNTS.get()
}

/// A free list; its memory goes back to the system when its owner ends.
struct Lists(Vec<Vec<NonNull<u8>>>);

// SAFETY: the pointers are unowned memory blocks; whoever holds the list owns them.
unsafe impl Send for Lists {}

impl Lists {
    const fn new() -> Lists {
        Lists(Vec::new())
    }

    fn pop(&mut self, class: usize) -> Option<NonNull<u8>> {
        self.0.get_mut(class)?.pop()
    }

    fn push(&mut self, class: usize, ptr: NonNull<u8>, limit: usize) -> bool {
        if self.0.is_empty() {
            self.0.resize_with(CLASSES, Vec::new);
        }
        let room = self.0[class].len() < limit;
        if room {
            self.0[class].push(ptr);
        }
        room
    }

    fn clear(&mut self) {
        for (class, list) in self.0.iter_mut().enumerate() {
            list.drain(..).for_each(|p| release(class, p));
        }
    }
}

impl Drop for Lists {
    fn drop(&mut self) {
        self.clear();
    }
}

thread_local!(static LOCAL: RefCell<Lists> = const { RefCell::new(Lists::new()) });
static SHARED: Mutex<Lists> = Mutex::new(Lists::new());
static SHARED_NOW: AtomicUsize = AtomicUsize::new(0);
static LIVE: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn is_local(class: usize) -> bool {
    size_of_class(class) <= LOCAL_MAX
}

fn take_local(class: usize) -> Option<NonNull<u8>> {
    if !is_local(class) {
        return None;
    }
    // The list is gone while its thread ends: then memory comes from the system.
    LOCAL.try_with(|l| l.borrow_mut().pop(class)).ok().flatten()
}

fn give_local(class: usize, ptr: NonNull<u8>) -> bool {
    let limit = LOCAL_BYTES / size_of_class(class);
    is_local(class)
        && LOCAL
            .try_with(|l| l.borrow_mut().push(class, ptr, limit))
            .unwrap_or(false)
}

fn shared() -> std::sync::MutexGuard<'static, Lists> {
    SHARED.lock().unwrap_or_else(|e| e.into_inner())
}

fn take_shared(class: usize) -> Option<NonNull<u8>> {
    if is_local(class) {
        return None;
    }
    let size = size_of_class(class);
    PEAK.fetch_max(LIVE.fetch_add(size, Relaxed) + size, Relaxed);
    let ptr = shared().pop(class)?;
    SHARED_NOW.fetch_sub(size, Relaxed);
    Some(ptr)
}

fn give_shared(class: usize, ptr: NonNull<u8>) -> bool {
    if is_local(class) {
        return false;
    }
    let size = size_of_class(class);
    LIVE.fetch_sub(size, Relaxed);
    let cap = SHARED_BYTES.max(PEAK.load(Relaxed));
    if SHARED_NOW.load(Relaxed) + size > cap || !shared().push(class, ptr, usize::MAX) {
        return false;
    }
    SHARED_NOW.fetch_add(size, Relaxed);
    true
}

/// Gives all unused memory of this thread and of the shared list back to the system.
pub(crate) fn empty_cache() {
    LOCAL.with(|l| l.borrow_mut().clear());
    let mut shared = shared();
    shared.clear();
    SHARED_NOW.store(0, Relaxed);
    PEAK.store(LIVE.load(Relaxed), Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_holds_its_request_and_wastes_at_most_a_quarter() {
        for bytes in (1..5000).chain([65_535, 65_536, 65_537, 3 << 20, (1 << 30) + 1]) {
            let size = size_of_class(class_of(bytes));
            assert!(size >= bytes, "{bytes} got {size}");
            assert!(
                bytes < 64 || size * 4 <= bytes * 5 + 4,
                "{bytes} got {size}"
            );
        }
    }

    #[test]
    fn a_freed_buffer_is_used_again() {
        for bytes in [100, 1 << 20] {
            let first = Buffer::new(bytes).as_ptr();
            assert_eq!(Buffer::new(bytes).as_ptr(), first);
            assert_eq!(first as usize % ALIGN, 0);
        }
    }

    #[test]
    fn a_buffer_may_be_freed_by_another_thread() {
        let b = Buffer::new(500);
        std::thread::spawn(move || drop(b)).join().unwrap();
    }
}
