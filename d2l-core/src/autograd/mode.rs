//! Whether operations record themselves on this thread.
use std::cell::Cell;

thread_local!(static ENABLED: Cell<bool> = const { Cell::new(true) });

/// True if operations on this thread record themselves for `backward`.
pub fn is_grad_enabled() -> bool {
    ENABLED.get()
}

/// Runs `f` without recording: its results need no gradient; PyTorch's `torch.no_grad()`.
///
/// ```
/// use d2l_core::{Tensor, no_grad};
/// let x = Tensor::ones([2]).requires_grad_(true);
/// assert!(!no_grad(|| &x * 2.0).requires_grad());
/// ```
pub fn no_grad<R>(f: impl FnOnce() -> R) -> R {
    with_grad(false, f)
}

/// Runs `f` with recording on or off; the former state returns even if `f` panics.
pub(crate) fn with_grad<R>(on: bool, f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            ENABLED.set(self.0);
        }
    }
    let _restore = Restore(ENABLED.replace(on));
    f()
}
