//! Triangles of matrices.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::moved,
};

impl Tensor {
    /// The lower triangles of the matrices in the last two axes, zeros elsewhere: elements `i, j`
    /// with `j <= i + diagonal`.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).tril(0), Tensor::from([[1, 0], [3, 4]]));
    /// ```
    #[track_caller]
    pub fn tril(&self, diagonal: isize) -> Tensor {
        ok!(self.cut_triangle("tril", diagonal, true))
    }

    /// The upper triangles of the matrices in the last two axes, zeros elsewhere: elements `i, j`
    /// with `j >= i + diagonal`.
    ///
    /// # Panics
    /// If there are fewer than two axes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).triu(1), Tensor::from([[0, 2], [0, 0]]));
    /// ```
    #[track_caller]
    pub fn triu(&self, diagonal: isize) -> Tensor {
        ok!(self.cut_triangle("triu", diagonal, false))
    }

    /// [`Tensor::tril`] in place.
    ///
    /// # Panics
    /// As [`Tensor::tril`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).tril_(0), Tensor::from([[1, 0], [3, 4]]));
    /// ```
    #[track_caller]
    pub fn tril_(&self, diagonal: isize) -> Tensor {
        ok!(self.update("tril_", &[], &|x| x.tril(diagonal)));
        self.clone()
    }

    /// [`Tensor::triu`] in place.
    ///
    /// # Panics
    /// As [`Tensor::triu`], or as [`Tensor::fill_`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).triu_(0), Tensor::from([[1, 2], [0, 4]]));
    /// ```
    #[track_caller]
    pub fn triu_(&self, diagonal: isize) -> Tensor {
        ok!(self.update("triu_", &[], &|x| x.triu(diagonal)));
        self.clone()
    }

    fn cut_triangle(&self, op: &'static str, diagonal: isize, lower: bool) -> Result<Tensor> {
        let [.., rows, columns] = *self.shape() else {
            bail!(op, Shape, "a matrix is needed, not {:?}", self.shape());
        };
        let out = self.raw_copy();
        if out.numel() > 0 {
            moved!(self.dtype(), T => {
                let mut out = out.write::<T>();
                for (i, row) in out.chunks_exact_mut(columns).enumerate() {
                    let i = (i % rows) as isize;
                    let cut = i.saturating_add(diagonal).saturating_add(isize::from(lower));
                    let (below, above) = row.split_at_mut(cut.clamp(0, columns as isize) as usize);
                    if lower { above } else { below }.fill(0 as T);
                }
            });
        }
        Ok(out.record(op, [self], move |g, _| {
            [Some(if lower {
                g.tril(diagonal)
            } else {
                g.triu(diagonal)
            })]
        }))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(tril, |x| x.tril(1) * 2.0, [2, 3, 4]; no scalar);
    gradcheck_test!(triu, |x| x.triu(-1) * 2.0, [4, 3]; no scalar);

    #[test]
    fn a_diagonal_beyond_the_corner_keeps_all_or_nothing() {
        let x = Tensor::from([[1, 2], [3, 4]]);
        assert_eq!(x.tril(isize::MAX), x);
        assert_eq!(x.triu(5), x.zeros_like());
        assert_eq!(Tensor::zeros([0, 3]).tril(0).shape(), [0, 3]);
    }

    #[test]
    #[should_panic(expected = "triu: a matrix is needed, not [4]")]
    fn a_vector_has_no_triangle() {
        let _ = Tensor::zeros([4]).triu(0);
    }
}
