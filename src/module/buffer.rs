//! A tensor that is saved but not learned, and may be absent or wait for its shape.
use super::{Cloneable, Copier, Field, Param, Visitor, init::Initializer};
use d2l_core::{IntoShape, Tensor};
use std::ops::Deref;

/// A buffer whose shape may come later, or that a layer does without: the running statistics of
/// [`BatchNorm2d`](crate::nn::BatchNorm2d). Reads like a tensor; PyTorch's `register_buffer` and
/// `UninitializedBuffer`. (A plain [`Tensor`] field is a buffer too.)
///
/// ```
/// use d2l::{module::Buffer, prelude::*};
/// #[derive(Module)]
/// struct Counted {
///     seen: Buffer,
/// }
/// let layer = Counted { seen: Buffer::lazy_named("Counted.seen", [None]) };
/// assert!(layer.named_buffers().is_empty());
/// layer.seen.materialize([2], Zeros);
/// assert_eq!(layer.named_buffers()[0].0, "seen");
/// assert_eq!(*layer.seen, Tensor::zeros([2]));
/// ```
#[derive(Clone, Debug)]
pub struct Buffer(Option<Param>);

impl Buffer {
    /// A buffer without a shape, with a name for messages and what is known of its shape.
    pub fn lazy_named(name: &'static str, expected: impl Into<Vec<Option<usize>>>) -> Buffer {
        let p = Param::lazy_named(name, expected);
        p.requires_grad_(false);
        Buffer(Some(p))
    }

    /// A buffer with this value, which it shares with `value`.
    pub fn new(value: Tensor) -> Buffer {
        Buffer(Some(Param::fixed(value)))
    }

    /// Is there to be one, with or without a shape?
    pub fn is_some(&self) -> bool {
        self.0.is_some()
    }

    /// No buffer.
    pub fn none() -> Buffer {
        Buffer(None)
    }

    /// Makes the tensor in this shape, unless there is one or there is to be none.
    pub fn materialize(&self, shape: impl IntoShape, default: impl Initializer) {
        if let Some(p) = &self.0 {
            p.materialize(shape, default);
        }
    }

    /// The tensor, if there is one already.
    pub fn get(&self) -> Option<&Tensor> {
        self.0.as_ref()?.get()
    }

    /// Has it a shape and values? (True of one that is absent.)
    pub fn is_initialized(&self) -> bool {
        self.0.as_ref().is_none_or(Param::is_initialized)
    }
}

impl Deref for Buffer {
    type Target = Tensor;

    /// # Panics
    /// If there is no tensor, or not yet.
    #[track_caller]
    fn deref(&self) -> &Tensor {
        match &self.0 {
            Some(p) => p,
            None => panic!("this layer was made without this buffer: `track_running_stats(false)`"),
        }
    }
}

impl Field for Buffer {
    fn visit_as(&self, name: &str, v: &mut dyn Visitor) {
        if let Some(p) = &self.0 {
            v.lazy_buffer(name, p);
        }
    }

    fn copy_with(&self, c: &mut Copier) -> Buffer {
        Buffer(self.0.copy_with(c))
    }
}

impl Cloneable for Buffer {}

#[cfg(test)]
mod tests {
    use super::Buffer;
    use crate::prelude::*;

    #[derive(Module)]
    struct Net {
        seen: Buffer,
        none: Buffer,
        weight: Param,
    }

    fn net() -> Net {
        Net {
            seen: Buffer::lazy_named("Net.seen", [None]),
            none: Buffer::none(),
            weight: Param::new(Tensor::ones([1])),
        }
    }

    #[test]
    fn a_buffer_is_saved_but_not_learned_and_takes_its_shape_from_a_state() {
        let (old, new) = (net(), net());
        old.seen.materialize([2], Constant(3.0));
        assert_eq!(old.parameters().len(), 1);
        assert!(!old.seen.requires_grad());
        let state = old.state_dict();
        assert_eq!(state.keys().collect::<Vec<_>>(), ["seen", "weight"]);
        new.load_state_dict(&state).unwrap();
        assert_eq!(
            (new.seen.to_vec::<f32>(), new.seen.requires_grad()),
            (vec![3.0; 2], false)
        );
        let copy = new.clone();
        copy.seen.fill_(1.0);
        assert_eq!(new.seen.to_vec::<f32>(), [3.0, 3.0]);
    }

    #[test]
    fn to_unfreeze_a_model_does_not_touch_its_buffers() {
        let net = net();
        net.seen.materialize([1], Zeros);
        net.freeze("**");
        net.unfreeze("**");
        assert!(!net.seen.requires_grad() && net.weight.requires_grad());
    }

    #[test]
    #[should_panic(expected = "made without this buffer")]
    fn an_absent_buffer_says_so() {
        let _ = net().none.shape();
    }
}
