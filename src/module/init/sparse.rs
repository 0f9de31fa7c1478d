//! Matrices that are mostly zero.
use super::{Initializer, Param};
use d2l_core::Tensor;

/// A matrix with zeros at random places of each column, a part of `sparsity` rounded up, and normal
/// numbers elsewhere (PyTorch's `init.sparse_`). Martens, 2010.
///
/// ```
/// use d2l::{init::Sparse, prelude::*};
/// let w = Param::new(Tensor::zeros([10, 3]));
/// w.init(Sparse::new(0.25));
/// assert_eq!(w.eq(0).long().sum_dim(0), Tensor::from([3, 3, 3]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sparse {
    sparsity: f64,
    std: f64,
}

impl Sparse {
    /// With this part of zeros in each column.
    ///
    /// # Panics
    /// If the part is not between 0 and 1.
    #[track_caller]
    pub fn new(sparsity: impl Into<f64>) -> Sparse {
        let sparsity = sparsity.into();
        assert!(
            (0.0..=1.0).contains(&sparsity),
            "sparse_: a part of {sparsity} is not between 0 and 1"
        );
        Sparse {
            sparsity,
            std: 0.01,
        }
    }

    /// The standard deviation of the other numbers (0.01).
    ///
    /// # Panics
    /// If it is negative or NaN.
    #[must_use]
    #[track_caller]
    pub fn std(mut self, std: impl Into<f64>) -> Sparse {
        self.std = std.into();
        assert!(
            self.std >= 0.0,
            "sparse_: the standard deviation {} is negative or NaN",
            self.std
        );
        self
    }
}

impl Initializer for Sparse {
    /// # Panics
    /// If the tensor does not have two axes.
    #[track_caller]
    fn init(&self, t: &Tensor) {
        let &[rows, columns] = t.shape() else {
            panic!("sparse_: a tensor of shape {:?} is not a matrix", t.shape())
        };
        let zeros = (self.sparsity * rows as f64).ceil() as usize;
        let mut kept = vec![true; rows * columns];
        for column in 0..columns {
            for row in Tensor::randperm(rows)
                .to_vec::<i64>()
                .into_iter()
                .take(zeros)
            {
                kept[row as usize * columns + column] = false;
            }
        }
        t.normal_(0.0, self.std);
        t.mul_(Tensor::from_vec(kept, [rows, columns]));
    }
}

/// [`Sparse`]`::new(sparsity)` for `p`, now or when its shape is known.
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::ones([4, 1]));
/// assert_eq!(init::sparse_(&w, 0.5).eq(0).long().sum().item(), 2.0);
/// ```
///
/// # Panics
/// If the part is not between 0 and 1, or `p` does not have two axes.
#[track_caller]
pub fn sparse_(p: &Param, sparsity: impl Into<f64>) -> &Param {
    p.init(Sparse::new(sparsity))
}
