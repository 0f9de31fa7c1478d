//! Training or evaluation, for layers that differ.
use super::{Cloneable, Copier, Field, Visitor};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// A field by which a layer knows whether it is being trained; `model.train()` and `model.eval()`
/// set every one in the model. Starts in training mode, as in PyTorch.
///
/// ```
/// use d2l::{module::Mode, prelude::*};
/// #[derive(Module, Default)]
/// struct Noise {
///     mode: Mode,
/// }
/// let layer = Noise::default();
/// layer.eval();
/// assert!(!layer.mode.is_training());
/// ```
#[derive(Debug)]
pub struct Mode(AtomicBool);

impl Mode {
    /// True between `train()` and `eval()`, and at first.
    pub fn is_training(&self) -> bool {
        self.0.load(Relaxed)
    }

    /// Training on or off.
    pub fn set(&self, training: bool) {
        self.0.store(training, Relaxed);
    }
}

impl Default for Mode {
    fn default() -> Mode {
        Mode(AtomicBool::new(true))
    }
}

impl Field for Mode {
    fn visit_as(&self, _name: &str, v: &mut dyn Visitor) {
        v.mode(self);
    }

    fn copy_with(&self, _: &mut Copier) -> Mode {
        Mode(AtomicBool::new(self.is_training()))
    }
}

impl Cloneable for Mode {}
