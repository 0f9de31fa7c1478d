//! Images to rows.
use crate::Module;
use d2l_core::{Error, ErrorKind};

/// All axes but the first as one: `[n, 1, 28, 28]` to `[n, 784]` (PyTorch's `nn.Flatten`).
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(Flatten.forward(&Tensor::zeros([2, 3, 4])).shape(), [2, 12]);
/// ```
#[derive(Module, Debug, Default)]
#[module(repr = Flatten::line)]
pub struct Flatten;

impl Flatten {
    fn line(&self) -> String {
        "Flatten(start_dim=1, end_dim=-1)".to_string()
    }
}

forward! {
    /// `x` as `[n, features]`.
    ///
    /// # Panics
    /// If `x` has fewer than two axes.
    Flatten, |_this, x| {
        if x.dim() < 2 {
            let why = format!("{:?} has no axes after that of the examples", x.shape());
            return Err(Error::new("flatten", ErrorKind::Shape, why));
        }
        Ok(x.flatten_from(1))
    }
}
