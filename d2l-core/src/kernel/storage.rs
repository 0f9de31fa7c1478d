//! The memory behind a tensor: a buffer, a reader–writer lock and a count of its changes.
//!
//! Handles of one tensor are shared and changed in place, so safe code could otherwise write a
//! data race. Readers never wait for a waiting writer: an operation may read one storage twice.
use super::buffer::Buffer;
use std::{
    cell::UnsafeCell,
    marker::PhantomData,
    ops::{Deref, DerefMut},
    sync::atomic::{
        AtomicI32, AtomicU32,
        Ordering::{AcqRel, Acquire, Relaxed, Release},
    },
};

/// A number that may be read from any bit pattern.
///
/// # Safety
/// Every bit pattern of the type's size is a value, and its alignment is at most 64.
pub unsafe trait Plain: Copy + Send + Sync + 'static {}
// SAFETY: any four bytes are an `f32`.
unsafe impl Plain for f32 {}
// SAFETY: any eight bytes are an `f64`.
unsafe impl Plain for f64 {}
// SAFETY: any eight bytes are an `i64`.
unsafe impl Plain for i64 {}
// SAFETY: any byte is a `u8`.
unsafe impl Plain for u8 {}

pub(crate) struct Storage {
    /// Number of readers, or -1 while it is being written.
    lock: AtomicI32,
    version: AtomicU32,
    history: AtomicU32,
    buffer: UnsafeCell<Buffer>,
}

// SAFETY: the buffer is only reached through guards, which `lock` makes exclusive or shared.
unsafe impl Sync for Storage {}

impl Storage {
    /// `n` elements, written by `fill`, which must write them all.
    #[inline]
    pub(crate) fn new<T: Plain>(n: usize, fill: impl FnOnce(&mut [T])) -> Storage {
        // The rest is compiled once for all closures.
        let storage = Storage::unwritten(n, size_of::<T>());
        // SAFETY: the buffer holds `n` aligned, initialised elements (`Plain`) and is not shared.
        fill(unsafe { std::slice::from_raw_parts_mut(storage.parts().0, n) });
        storage
    }

    /// `n` elements of `size` bytes, with arbitrary values.
    fn unwritten(n: usize, size: usize) -> Storage {
        let bytes = n.checked_mul(size).expect("tensor: size overflows memory");
        Storage {
            lock: AtomicI32::new(0),
            version: AtomicU32::new(0),
            history: AtomicU32::new(0),
            buffer: UnsafeCell::new(Buffer::new(bytes)),
        }
    }

    /// All elements, to read; waits while someone writes.
    pub(crate) fn read<T: Plain>(&self) -> Read<'_, T> {
        let mut n = self.lock.load(Relaxed);
        let mut tries = 0;
        loop {
            if n < 0 {
                wait(&mut tries);
                n = self.lock.load(Relaxed);
            } else {
                match self.lock.compare_exchange_weak(n, n + 1, Acquire, Relaxed) {
                    Ok(_) => {
                        return Read {
                            storage: self,
                            of: PhantomData,
                        };
                    }
                    Err(now) => n = now,
                }
            }
        }
    }

    /// All elements, to change; waits while anyone else reads or writes.
    pub(crate) fn write<T: Plain>(&self) -> Write<'_, T> {
        let mut tries = 0;
        while self
            .lock
            .compare_exchange_weak(0, -1, Acquire, Relaxed)
            .is_err()
        {
            wait(&mut tries);
        }
        self.version.fetch_add(1, Relaxed);
        Write {
            storage: self,
            of: PhantomData,
        }
    }

    /// How often the contents were changed in place.
    pub(crate) fn version(&self) -> u32 {
        self.version.load(Relaxed)
    }

    /// How often a change in place was recorded.
    pub(crate) fn history(&self) -> u32 {
        self.history.load(Acquire)
    }

    /// One more such change; returns the new [`Storage::history`].
    pub(crate) fn next_history(&self) -> u32 {
        self.history.fetch_add(1, AcqRel) + 1
    }

    fn parts<T: Plain>(&self) -> (*mut T, usize) {
        // SAFETY: the `Buffer` value itself (pointer and length) is never changed after `new`.
        let buffer = unsafe { &*self.buffer.get() };
        (buffer.as_ptr().cast(), buffer.len() / size_of::<T>())
    }
}

/// `target` to change and `source` to read, locked in an order that cannot deadlock with another
/// thread doing the opposite. They must be different storages.
pub(crate) fn write_read<'a, T: Plain, U: Plain>(
    target: &'a Storage,
    source: &'a Storage,
) -> (Write<'a, T>, Read<'a, U>) {
    debug_assert!(!std::ptr::eq(target, source));
    if std::ptr::from_ref(target) < std::ptr::from_ref(source) {
        let w = target.write();
        (w, source.read())
    } else {
        let r = source.read();
        (target.write(), r)
    }
}

fn wait(tries: &mut u32) {
    *tries += 1;
    match *tries {
        0..100 => std::hint::spin_loop(),
        100..1000 => std::thread::yield_now(),
        _ => std::thread::sleep(std::time::Duration::from_micros(50)),
    }
}

pub(crate) struct Read<'a, T: Plain> {
    storage: &'a Storage,
    of: PhantomData<*const T>,
}

impl<T: Plain> Deref for Read<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        let (ptr, n) = self.storage.parts();
        // SAFETY: `n` aligned elements; the lock keeps writers out while this guard lives.
        unsafe { std::slice::from_raw_parts(ptr, n) }
    }
}

impl<T: Plain> Drop for Read<'_, T> {
    fn drop(&mut self) {
        self.storage.lock.fetch_sub(1, Release);
    }
}

pub(crate) struct Write<'a, T: Plain> {
    storage: &'a Storage,
    of: PhantomData<*mut T>,
}

impl<T: Plain> Deref for Write<'_, T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        let (ptr, n) = self.storage.parts();
        // SAFETY: as in `deref_mut`.
        unsafe { std::slice::from_raw_parts(ptr, n) }
    }
}

impl<T: Plain> DerefMut for Write<'_, T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let (ptr, n) = self.storage.parts();
        // SAFETY: `n` aligned elements; the lock gives this guard the storage alone.
        unsafe { std::slice::from_raw_parts_mut(ptr, n) }
    }
}

impl<T: Plain> Drop for Write<'_, T> {
    fn drop(&mut self) {
        self.storage.lock.store(0, Release);
    }
}

/// The bytes of a `Bool` tensor as `bool`s.
pub(crate) fn as_bools(bytes: &[u8]) -> &[bool] {
    assert!(
        bytes.iter().all(|&b| b <= 1),
        "a Bool tensor holds a byte other than 0 and 1"
    );
    // SAFETY: same size and alignment, and every byte is 0 or 1.
    unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), bytes.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storage_can_be_read_twice_at_once() {
        let s = Storage::new(3, |o: &mut [f32]| o.fill(2.0));
        let (a, b) = (s.read::<f32>(), s.read::<f32>());
        assert_eq!(*a, *b);
    }

    #[test]
    fn opposite_in_place_updates_do_not_deadlock() {
        let a = Storage::new(64, |o: &mut [i64]| o.fill(1));
        let b = Storage::new(64, |o: &mut [i64]| o.fill(1));
        let add = |x: &Storage, y: &Storage| {
            for _ in 0..if cfg!(miri) { 20 } else { 2000 } {
                let (mut w, r) = write_read::<i64, i64>(x, y);
                w.iter_mut()
                    .zip(&*r)
                    .for_each(|(w, r)| *w = w.wrapping_add(*r));
            }
        };
        std::thread::scope(|s| {
            s.spawn(|| add(&a, &b));
            s.spawn(|| add(&b, &a));
        });
        let (a, b) = (a.read::<i64>(), b.read::<i64>());
        assert!(a.iter().all(|v| *v == a[0]) && b.iter().all(|v| *v == b[0]));
    }
}
