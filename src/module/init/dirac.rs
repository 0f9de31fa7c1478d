//! The kernel of a convolution that changes nothing.
use super::{Initializer, Param, write};
use d2l_core::Tensor;

/// A one in the middle of kernel `i` of output channel `i`, zeros elsewhere: a convolution that
/// passes on as many of its channels as it can, in each of its groups (PyTorch's `init.dirac_`).
///
/// Shapes: `[out, in / groups, k]`, with two or three axes of `k` likewise; even sizes have their
/// middle at `k / 2`.
///
/// ```
/// use d2l::{init::Dirac, prelude::*};
/// let w = Param::new(Tensor::zeros([2, 2, 3]));
/// w.init(Dirac::new());
/// let x = Tensor::randn([1, 2, 5]);
/// assert_eq!(x.conv1d(&*w, None, &Conv::new().padding(1)), x);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dirac {
    groups: usize,
}

impl Dirac {
    /// For a convolution of one group.
    pub fn new() -> Dirac {
        Dirac { groups: 1 }
    }

    /// The number of groups (1).
    ///
    /// # Panics
    /// If it is 0.
    #[must_use]
    #[track_caller]
    pub fn groups(mut self, groups: usize) -> Dirac {
        assert!(groups > 0, "dirac_: at least one group is needed");
        self.groups = groups;
        self
    }
}

impl Default for Dirac {
    fn default() -> Dirac {
        Dirac::new()
    }
}

impl Initializer for Dirac {
    /// # Panics
    /// If the tensor does not have three to five axes, or the groups do not divide its first size.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        let (shape, groups) = (t.shape(), self.groups);
        assert!(
            (3..=5).contains(&shape.len()),
            "dirac_: a tensor of shape {shape:?} is not the kernel of a convolution: three to five axes are needed"
        );
        assert!(
            shape[0].is_multiple_of(groups),
            "dirac_: {groups} groups do not divide the {} output channels of {shape:?}",
            shape[0]
        );
        let mut values = vec![0.0; t.numel()];
        let (size, width) = (shape[2..].iter().product::<usize>(), shape[0] / groups);
        let middle = shape[2..].iter().fold(0, |at, k| at * k + k / 2);
        for out in 0..shape[0] {
            let channel = out % width;
            if channel < shape[1] && size > 0 {
                values[(out * shape[1] + channel) * size + middle] = 1.0;
            }
        }
        write("dirac_", t, &Tensor::from_vec::<f64>(values, shape));
    }
}

/// [`Dirac`]`::new()` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::ones([1, 1, 3]));
/// assert_eq!(**init::dirac_(&w), Tensor::from([[[0.0, 1.0, 0.0]]]));
/// ```
///
/// # Panics
/// If `p` does not have three to five axes.
#[track_caller]
pub fn dirac_(p: &Param) -> &Param {
    p.init(Dirac::new())
}
