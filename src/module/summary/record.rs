//! What a running model is seen to do while its summary is made.
use crate::module::{Module, scope};
use d2l_core::{Tensor, flops, rng};
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

/// What one module has done.
pub(super) struct Record {
    /// The shape of its last result.
    pub(super) shape: Vec<usize>,
    /// The arithmetic of all of its calls, with that of its parts.
    pub(super) flops: u64,
}

/// By dotted path.
pub(super) type Records = HashMap<String, Record>;

thread_local! {
    static RECORDING: Cell<bool> = const { Cell::new(false) };
    static RECORDS: RefCell<Records> = RefCell::default();
}

/// Notes that the running module `m` has made `y`, if a summary is being made; `before` is what
/// [`flops::so_far`] was when it started.
#[inline]
pub(crate) fn record(m: &dyn Module, y: &Tensor, before: Option<u64>) {
    if let Some(before) = before {
        note(m, y, before);
    }
}

#[cold]
fn note(m: &dyn Module, y: &Tensor, before: u64) {
    if !RECORDING.get() {
        return; // somebody else counts
    }
    let (path, now) = (scope::path(m), flops::so_far().unwrap_or(before));
    RECORDS.with_borrow_mut(|records| {
        let earlier = records.get(&path).map_or(0, |r| r.flops);
        let record = Record {
            shape: y.shape().to_vec(),
            flops: earlier + (now - before),
        };
        records.insert(path, record);
    });
}

/// Runs `f` and gives what was recorded meanwhile, and all of its arithmetic. Random numbers that it
/// draws come again.
pub(super) fn recording(f: impl FnOnce()) -> (Records, u64) {
    struct Restore((u64, u64));
    impl Drop for Restore {
        fn drop(&mut self) {
            rng::set_default_state(self.0);
            RECORDING.set(false);
        }
    }
    let _restore = Restore(rng::default_state());
    RECORDS.take();
    RECORDING.set(true);
    let ((), flops) = flops::count(f);
    (RECORDS.take(), flops)
}

/// The arithmetic of the module at `path`. One whose call was not seen, because it is no `forward` under
/// `#[add_to_class]`, has that of its parts.
pub(super) fn flops_of(records: &Records, path: &str) -> u64 {
    if let Some(record) = records.get(path) {
        return record.flops;
    }
    let outermost = |part: &str| {
        let between = |other: &String| is_part(path, other) && is_part(other, part);
        is_part(path, part) && !records.keys().any(between)
    };
    let parts = records.iter().filter(|(part, _)| outermost(part));
    parts.map(|(_, r)| r.flops).sum()
}

/// Is what is at `part` inside of what is at `whole`?
fn is_part(whole: &str, part: &str) -> bool {
    let rest = part.strip_prefix(whole);
    rest.is_some_and(|r| r.starts_with('.') || whole.is_empty() && !r.is_empty())
}
