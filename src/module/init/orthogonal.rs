//! Random orthogonal matrices.
use super::{Initializer, Param, write};
use d2l_core::Tensor;

/// A random matrix with orthonormal rows or columns, whichever are fewer, times a gain (PyTorch's
/// `init.orthogonal_`): lengths are kept as far as they can be. More than two axes count as
/// `[first, product of the others]`. Saxe et al., 2013.
///
/// Q of a matrix of normal numbers, its columns with the signs of the diagonal of R, which makes all
/// such matrices equally likely.
///
/// ```
/// use d2l::{init::Orthogonal, prelude::*};
/// let w = Param::new(Tensor::zeros([2, 3]));
/// w.init(Orthogonal::new().gain(2.0));
/// assert!(w.matmul(&w.t()).allclose(&(Tensor::eye(2) * 4.0), 0.0, 1e-5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orthogonal {
    gain: f64,
}

impl Orthogonal {
    /// With a gain of 1.
    pub fn new() -> Orthogonal {
        Orthogonal { gain: 1.0 }
    }

    /// The factor (1).
    #[must_use]
    pub fn gain(mut self, gain: impl Into<f64>) -> Orthogonal {
        self.gain = gain.into();
        self
    }
}

impl Default for Orthogonal {
    fn default() -> Orthogonal {
        Orthogonal::new()
    }
}

impl Initializer for Orthogonal {
    /// # Panics
    /// If the tensor has fewer than two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        assert!(
            t.dim() >= 2,
            "orthogonal_: a tensor of shape {:?} is not a matrix: at least two axes are needed",
            t.shape()
        );
        if t.numel() == 0 {
            return;
        }
        let rows = t.size(0);
        let columns = t.numel() / rows;
        let start = Tensor::zeros([rows.max(columns), rows.min(columns)]).double();
        let (q, r) = start.normal_(0.0, 1.0).qr();
        let q = q * r.diagonal(0, 0, 1).sign() * self.gain;
        let q = if rows < columns { q.t() } else { q };
        write("orthogonal_", t, &q.reshape(t.shape()));
    }
}

/// [`Orthogonal`]`::new()` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([1, 1]));
/// assert_eq!(init::orthogonal_(&w).abs().item(), 1.0);
/// ```
///
/// # Panics
/// If `p` has fewer than two axes.
#[track_caller]
pub fn orthogonal_(p: &Param) -> &Param {
    p.init(Orthogonal::new())
}
