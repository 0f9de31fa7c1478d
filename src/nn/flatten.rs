//! Several axes as one.
use crate::Module;
use d2l_core::{Error, ErrorKind};

/// All axes but the first as one: `[n, 1, 28, 28]` to `[n, 784]` (PyTorch's `nn.Flatten`, book 4.4), or
/// the axes from [`start_dim`](Flatten::start_dim) to [`end_dim`](Flatten::end_dim).
///
/// ```
/// use d2l::prelude::*;
/// assert_eq!(Flatten.forward(&Tensor::zeros([2, 3, 4])).shape(), [2, 12]);
/// assert_eq!(Flatten.start_dim(0).end_dim(1).forward(&Tensor::zeros([2, 3, 4])).shape(), [6, 4]);
/// ```
#[derive(Module, Debug)]
#[module(repr = Flatten::line)]
pub struct Flatten {
    start: isize,
    end: isize,
}

/// The layer with PyTorch's defaults, from axis 1 to the last.
#[allow(non_upper_case_globals)]
pub const Flatten: Flatten = Flatten { start: 1, end: -1 };

impl Flatten {
    /// The first axis of those that become one (1).
    #[must_use]
    pub fn start_dim(mut self, start: isize) -> Flatten {
        self.start = start;
        self
    }

    /// The last axis of those that become one (-1).
    #[must_use]
    pub fn end_dim(mut self, end: isize) -> Flatten {
        self.end = end;
        self
    }

    fn line(&self) -> String {
        format!("Flatten(start_dim={}, end_dim={})", self.start, self.end)
    }
}

impl Default for Flatten {
    fn default() -> Flatten {
        Flatten
    }
}

forward! {
    /// `x` with fewer axes.
    ///
    /// # Panics
    /// If `x` has no such axes.
    Flatten, |this, x| {
        if this.start == 1 && x.dim() < 2 {
            let why = format!("{:?} has no axes after that of the examples", x.shape());
            return Err(Error::new("flatten", ErrorKind::Shape, why));
        }
        x.try_flatten_dims(this.start, this.end)
    }
}
