//! The training that is running, for models that plot while they are trained.
use d2l_core::Tensor;
use std::{cell::RefCell, rc::Rc};

/// What a trainer offers to the model it trains.
pub trait TrainingContext {
    /// Notes a point of the series `train_key` or `val_key`.
    fn plot(&self, key: &str, value: f64, train: bool);
}

thread_local!(static CURRENT: RefCell<Option<Rc<dyn TrainingContext>>> = const { RefCell::new(None) });

/// Runs `f` with `context` as the running training of this thread.
pub fn with_context<R>(context: Rc<dyn TrainingContext>, f: impl FnOnce() -> R) -> R {
    struct Restore(Option<Rc<dyn TrainingContext>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            CURRENT.set(self.0.take());
        }
    }
    let _restore = Restore(CURRENT.replace(Some(context)));
    f()
}

/// A number that can be plotted.
pub trait PlotValue {
    /// As a plain number.
    fn value(&self) -> f64;
}

impl PlotValue for f64 {
    fn value(&self) -> f64 {
        *self
    }
}

impl PlotValue for f32 {
    fn value(&self) -> f64 {
        f64::from(*self)
    }
}

impl PlotValue for &Tensor {
    fn value(&self) -> f64 {
        self.item()
    }
}

/// Hands a point to the running training.
#[track_caller]
pub(super) fn plot(key: &str, value: f64, train: bool) {
    let Some(context) = CURRENT.with_borrow(Clone::clone) else {
        panic!("Trainer is not inited")
    };
    context.plot(key, value, train);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[derive(Default)]
    struct Notes(RefCell<Vec<String>>);

    impl TrainingContext for Notes {
        fn plot(&self, key: &str, value: f64, train: bool) {
            self.0.borrow_mut().push(format!("{key} {value} {train}"));
        }
    }

    #[test]
    fn points_go_to_the_running_training() {
        let (outer, inner) = (Rc::new(Notes::default()), Rc::new(Notes::default()));
        with_context(outer.clone(), || {
            plot("loss", PlotValue::value(&&Tensor::from(0.5)), true);
            let _ = catch_unwind(AssertUnwindSafe(|| {
                with_context(inner.clone(), || {
                    plot("acc", 1.0, false);
                    panic!("a step fails");
                })
            }));
            plot("loss", 0.25, true);
        });
        assert_eq!(*outer.0.borrow(), ["loss 0.5 true", "loss 0.25 true"]);
        assert_eq!(*inner.0.borrow(), ["acc 1 false"]);
    }

    #[test]
    #[should_panic(expected = "Trainer is not inited")]
    fn outside_of_training_there_is_none() {
        plot("loss", 1.0, true);
    }
}
