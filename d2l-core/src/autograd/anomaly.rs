//! A mode that says where a NaN came from.
use super::mode::no_grad;
use crate::{
    Tensor,
    error::{Error, ErrorKind, fail},
    scope,
};
use std::cell::{Cell, RefCell};

thread_local! {
    static ON: Cell<bool> = const { Cell::new(false) };
    /// The first results of the forward pass that are NaN and that are infinite.
    static FIRST: RefCell<[Option<String>; 2]> = const { RefCell::new([None, None]) };
}

/// Runs `f` with every gradient checked: `backward` panics at the first operation that makes a NaN
/// and names it, the module in which it ran, and the first result of the forward pass that was
/// already NaN (or else infinite). PyTorch's `torch.autograd.detect_anomaly`.
///
/// It costs a look at every result and every gradient: a mode for finding mistakes. Only what is
/// recorded on this thread inside of `f` is watched.
///
/// ```should_panic
/// use d2l_core::{Tensor, detect_anomaly};
/// let x = Tensor::from([0.0, 4.0]).requires_grad_(true);
/// // backward: `mul` (in Net) gave NaN as the gradient of its input 0
/// detect_anomaly(|| (x.sqrt() * 0.0).sqrt().sum().backward());
/// ```
pub fn detect_anomaly<R>(f: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            end_of_pass();
            ON.set(self.0);
        }
    }
    let _restore = Restore(ON.replace(true));
    f()
}

/// Where an operation was recorded, if the mode was on; ends with the module's path.
pub(super) struct Place(String);

/// Looks at a result that is about to be recorded.
pub(super) fn place(op: &'static str, out: &Tensor) -> Option<Box<Place>> {
    ON.get().then(|| Box::new(seen(op, out)))
}

#[cold]
fn seen(op: &'static str, out: &Tensor) -> Place {
    let place = scope::suffix();
    let kinds = no_grad(|| [out.isnan().any(), out.isinf().any()]);
    FIRST.with_borrow_mut(|first| {
        for (first, _) in first.iter_mut().zip(kinds).filter(|(_, found)| *found) {
            first.get_or_insert_with(|| format!("`{op}`{place}"));
        }
    });
    Place(place)
}

/// Refuses a NaN among the gradients that `op` computed.
pub(super) fn check(op: &'static str, place: Option<&Place>, input: usize, grad: &Tensor) {
    if ON.get() && no_grad(|| grad.isnan().any()) {
        report(op, place, input);
    }
}

#[cold]
fn report(op: &'static str, place: Option<&Place>, input: usize) -> ! {
    let place = place.map_or("", |p| &p.0);
    let forward = FIRST.with_borrow(|first| match first {
        [Some(nan), _] => format!("; the first result that was NaN is that of {nan}"),
        [None, Some(inf)] => format!("; the first result that was infinite is that of {inf}"),
        _ => "; all results of the forward pass were finite".to_string(),
    });
    let what = format!("`{op}`{place} gave NaN as the gradient of its input {input}{forward}");
    fail(&Error::new("backward", ErrorKind::Autograd, what))
}

/// Forgets what the forward pass was like.
pub(super) fn end_of_pass() {
    if ON.get() {
        FIRST.with_borrow_mut(|first| *first = [None, None]);
    }
}

#[cfg(test)]
mod tests {
    use super::detect_anomaly;
    use crate::{Tensor, scope};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn message(f: impl FnOnce()) -> String {
        let caught = catch_unwind(AssertUnwindSafe(|| detect_anomaly(f)));
        *caught.unwrap_err().downcast::<String>().unwrap()
    }

    struct Net;

    impl scope::Scope for Net {
        fn name(&self) -> &'static str {
            "Net"
        }
        fn addr(&self) -> usize {
            1
        }
        fn find(&self, _: usize, _: &str) -> Option<String> {
            None
        }
    }

    #[test]
    fn the_operation_that_made_the_first_nan_is_named() {
        let x = Tensor::from([0.0, 4.0]).requires_grad_(true);
        let e = message(|| {
            let y = scope::enter(&Net, || (x.sqrt() * 0.0).sqrt());
            (y * 2.0).sum().backward();
        });
        assert_eq!(
            e,
            "backward: `mul` (in Net) gave NaN as the gradient of its input 0; \
             all results of the forward pass were finite"
        );
    }

    #[test]
    fn a_result_that_was_not_finite_is_named_too() {
        let x = Tensor::from([0.0, 4.0]).requires_grad_(true);
        let e = message(|| (x.ln() * 0.0).square().sum().backward());
        assert!(e.ends_with("result that was NaN is that of `mul`"), "{e}");
        let e = message(|| (x.ln().exp() * 0.5).sum().backward());
        let by_ln = "backward: `ln` gave NaN as the gradient of its input 0; \
                     the first result that was infinite is that of `ln`";
        assert_eq!(e, by_ln);
    }

    #[test]
    fn outside_of_the_mode_nothing_is_checked() {
        let x = Tensor::from([0.0]).requires_grad_(true);
        detect_anomaly(|| x.square().sum().backward());
        (x.sqrt() * 0.0).sum().backward();
        assert!(x.grad().unwrap().item().is_nan());
    }
}
