//! Repeating along axes of size 1 without copying.
use super::walk::broadcast_strides;
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, sizes},
};

impl Tensor {
    /// A view in which axes of size 1 are repeated, and new axes added in front. A size of -1 keeps
    /// the axis. Gradients are summed back.
    ///
    /// # Panics
    /// If an axis of another size than 1 would change.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1.0], [2.0]]).expand([2, 2]), Tensor::from([[1.0, 1.0], [2.0, 2.0]]));
    /// ```
    #[track_caller]
    pub fn expand(&self, shape: impl IntoShape) -> Tensor {
        let target = ok!(self.expanded_shape(&shape));
        if target == *self.dims() {
            return self.clone();
        }
        let own = *self.dims();
        let view = self.strided(self.offset(), target, broadcast_strides(self, &target));
        view.record("expand", [self], move |g, _| [Some(g.sum_to(&own))])
    }

    /// [`Tensor::expand`] by NumPy's name.
    ///
    /// # Panics
    /// If an axis of another size than 1 would change.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]).broadcast_to([2, 2]), Tensor::from([[1, 2], [1, 2]]));
    /// ```
    #[track_caller]
    pub fn broadcast_to(&self, shape: impl IntoShape) -> Tensor {
        self.expand(shape)
    }

    /// [`Tensor::expand`] to the shape of `other`.
    ///
    /// # Panics
    /// If an axis of another size than 1 would change.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::ones([1]).expand_as(&Tensor::zeros([2, 3])).shape(), [2, 3]);
    /// ```
    #[track_caller]
    pub fn expand_as(&self, other: &Tensor) -> Tensor {
        self.expand(other.shape())
    }

    fn expanded_shape(&self, shape: &dyn IntoShape) -> Result<Dims> {
        let (mut entries, n) = shape.entries();
        if n < self.dim() {
            bail!(
                "expand",
                Shape,
                "{:?} has more axes than {:?}",
                self.shape(),
                &entries[..n]
            );
        }
        let skip = n - self.dim();
        for (e, &s) in entries[skip..n].iter_mut().zip(self.shape()) {
            if *e == -1 {
                *e = s as isize;
            } else if s != 1 && *e != s as isize {
                bail!(
                    "expand",
                    Shape,
                    "{:?} does not broadcast: size {s} cannot become {e}",
                    self.shape()
                );
            }
        }
        sizes("expand", &&entries[..n])
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        other_names,
        |x| x.broadcast_to([2, 3, 4]) * x.expand_as(&Tensor::zeros([2, 3, 4])),
        [3, 4]; no empty
    );
    gradcheck_test!(
        expand,
        |x| x.reshape([-1, 1]).expand([2, -1, 3]) * 2.0,
        [3, 4]
    );

    #[test]
    #[should_panic(expected = "expand: [3] does not broadcast: size 3 cannot become 4")]
    fn only_ones_are_repeated() {
        let _ = Tensor::zeros([3]).expand([4]);
    }
}
