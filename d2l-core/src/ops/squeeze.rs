//! Axes of size 1, added and taken away, as views.
use crate::{
    IntoShape, Tensor,
    error::ok,
    tensor::{Dims, axes, axis},
};

impl Tensor {
    /// A new axis of size 1 before position `at` (negative: counted from the end); a view.
    ///
    /// # Panics
    /// If the position does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).unsqueeze(-1).shape(), [2, 3, 1]);
    /// ```
    #[track_caller]
    pub fn unsqueeze(&self, at: isize) -> Tensor {
        let at = ok!(axis("unsqueeze", at, self.dim() + 1));
        let stride = self.strides().get(at).map_or(1, |&s| s * self.shape()[at]);
        let own = *self.dims();
        let view = self.strided(
            self.offset(),
            own.insert(at, 1),
            self.stride_dims().insert(at, stride),
        );
        view.record("unsqueeze", [self], move |g, _| [Some(g.reshape(own))])
    }

    /// Without those of the axes `dims` (one, or several) whose size is 1; a view.
    ///
    /// # Panics
    /// If there is no such axis, or one is named twice.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 1]).squeeze(-1).shape(), [2]);
    /// assert_eq!(Tensor::zeros([1, 2, 1]).squeeze([0, 1, 2]).shape(), [2]);
    /// ```
    #[track_caller]
    pub fn squeeze(&self, dims: impl IntoShape) -> Tensor {
        if dims.entries().1 == 0 {
            return self.clone();
        }
        let list = ok!(axes("squeeze", &dims, self.dim()));
        self.without(&list)
    }

    /// Without all axes of size 1, a view; PyTorch's `squeeze()`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([1, 2, 1]).squeeze_all().shape(), [2]);
    /// ```
    pub fn squeeze_all(&self) -> Tensor {
        self.without(&(0..self.dim()).collect::<Vec<_>>())
    }

    fn without(&self, dims: &[usize]) -> Tensor {
        let own = *self.dims();
        let kept: Vec<usize> = (0..self.dim())
            .filter(|a| own[*a] != 1 || !dims.contains(a))
            .collect();
        if kept.len() == self.dim() {
            return self.clone();
        }
        let pick = |d: &Dims| Dims::new(&kept.iter().map(|&a| d[a]).collect::<Vec<_>>());
        let view = self.strided(self.offset(), pick(&own), pick(self.stride_dims()));
        view.record("squeeze", [self], move |g, _| [Some(g.reshape(own))])
    }

    /// A single number as a vector of one; anything else unchanged.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from(2.0).atleast_1d().shape(), [1]);
    /// ```
    pub fn atleast_1d(&self) -> Tensor {
        match self.dim() {
            0 => self.unsqueeze(0),
            _ => self.clone(),
        }
    }

    /// A vector as a matrix of one row; more axes are unchanged. A view.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([3]).atleast_2d().shape(), [1, 3]);
    /// ```
    pub fn atleast_2d(&self) -> Tensor {
        match self.dim() {
            0 | 1 => self.atleast_1d().unsqueeze(0),
            _ => self.clone(),
        }
    }

    /// A vector of `n` as `[1, n, 1]`, a matrix with an axis of size 1 behind; more axes are
    /// unchanged. A view.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([3]).atleast_3d().shape(), [1, 3, 1]);
    /// assert_eq!(Tensor::zeros([2, 3]).atleast_3d().shape(), [2, 3, 1]);
    /// ```
    pub fn atleast_3d(&self) -> Tensor {
        match self.dim() {
            0..=2 => self.atleast_2d().unsqueeze(-1),
            _ => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(atleast, |x| x.atleast_1d() * x.atleast_2d(), [3, 4]);
    gradcheck_test!(squeezing, |x| x.unsqueeze(0).squeeze(0) * 2.0, [3, 4]);
    gradcheck_test!(all, |x| x.atleast_3d().squeeze_all() * 2.0, [3, 4]);

    #[test]
    fn only_axes_of_size_one_go() {
        let x = Tensor::zeros([1, 2, 1, 3]);
        assert_eq!(x.squeeze([0, 1]).shape(), [2, 1, 3]);
        assert_eq!(x.squeeze([0; 0]).shape(), [1, 2, 1, 3]);
        assert_eq!(Tensor::from(1.0).squeeze(-1).dim(), 0);
        assert!(x.squeeze_all().shares_storage(&x));
    }
}
