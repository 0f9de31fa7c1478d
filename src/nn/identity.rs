//! The layer that does nothing.
use crate::Module;

/// Its input (PyTorch's `nn.Identity`).
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(Identity.forward(&Tensor::ones([2])), Tensor::ones([2]));
/// ```
#[derive(Module, Debug, Default)]
pub struct Identity;

forward! {
    /// `x`.
    Identity, |_this, x| Ok(x.clone())
}
