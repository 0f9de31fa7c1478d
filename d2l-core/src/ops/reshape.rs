//! Other shapes of the same elements.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis, sizes},
};

impl Tensor {
    /// The same elements in row-major order in another shape; one size may be -1. A view where
    /// the elements are contiguous, a copy elsewhere.
    ///
    /// # Panics
    /// If the number of elements differs.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(6).reshape([2, -1]), Tensor::from([[0, 1, 2], [3, 4, 5]]));
    /// ```
    #[track_caller]
    pub fn reshape(&self, shape: impl IntoShape) -> Tensor {
        ok!(self.try_reshape(shape))
    }

    /// [`Tensor::reshape`] as a `Result`.
    ///
    /// # Errors
    /// If the number of elements differs.
    pub fn try_reshape(&self, shape: impl IntoShape) -> Result<Tensor> {
        let target = inferred(self, shape)?;
        Ok(self.with_shape("reshape", target))
    }

    fn with_shape(&self, op: &'static str, target: Dims) -> Tensor {
        let own = *self.dims();
        if target == own {
            return self.clone();
        }
        let x = self.contiguous_raw();
        x.view_as(x.offset(), target, target.strides())
            .record(op, [self], move |g, _| [Some(g.reshape(own))])
    }

    /// All axes from `start` on as one; `flatten_from(1)` keeps the batch. PyTorch's
    /// `flatten(start_dim)`.
    ///
    /// # Panics
    /// If there is no such axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten_from(1).shape(), [2, 12]);
    /// ```
    #[track_caller]
    pub fn flatten_from(&self, start: isize) -> Tensor {
        let start = ok!(axis("flatten_from", start, self.dim()));
        let (kept, flat) = self.shape().split_at(start.min(self.dim()));
        let target = Dims::new(&[kept, &[flat.iter().product()]].concat());
        self.with_shape("flatten_from", target)
    }

    /// A new axis of size 1 before position `at` (negative: counted from the end).
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
        let view = self.view_as(
            self.offset(),
            own.insert(at, 1),
            self.stride_dims().insert(at, stride),
        );
        view.record("unsqueeze", [self], move |g, _| [Some(g.reshape(own))])
    }

    /// Without axis `at` if its size is 1, else unchanged.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 1]).squeeze(-1).shape(), [2]);
    /// ```
    ///
    /// # Panics
    /// If there is no such axis.
    #[track_caller]
    pub fn squeeze(&self, at: isize) -> Tensor {
        let at = ok!(axis("squeeze", at, self.dim()));
        if self.shape().get(at) != Some(&1) {
            return self.clone();
        }
        let own = *self.dims();
        let view = self.view_as(self.offset(), own.remove(at), self.stride_dims().remove(at));
        view.record("squeeze", [self], move |g, _| [Some(g.reshape(own))])
    }
}

/// `shape` with its -1, if any, worked out.
fn inferred(x: &Tensor, shape: impl IntoShape) -> Result<Dims> {
    let (mut entries, n) = shape.entries();
    let list = &mut entries[..n];
    let known: usize = list
        .iter()
        .filter(|&&e| e >= 0)
        .map(|&e| e as usize)
        .product();
    let mut unknown = list.iter_mut().filter(|e| **e == -1);
    if let Some(e) = unknown.next() {
        if unknown.next().is_some() {
            bail!(
                "reshape",
                Shape,
                "more than one size of {:?} is -1",
                &entries[..n]
            );
        }
        if known == 0 || !x.numel().is_multiple_of(known) {
            bail!(
                "reshape",
                Shape,
                "the {} elements of {:?} do not fit {:?}",
                x.numel(),
                x.shape(),
                &entries[..n]
            );
        }
        *e = (x.numel() / known) as isize;
    }
    let target = sizes("reshape", &entries[..n])?;
    if target.numel() != x.numel() {
        bail!(
            "reshape",
            Shape,
            "the {} elements of {:?} do not fit {target:?}",
            x.numel(),
            x.shape()
        );
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(reshape, |x| x.reshape(-1) * 2.0, [3, 4]);
    gradcheck_test!(flatten, |x| x.flatten_from(0) * 2.0, [3, 4]);
    gradcheck_test!(squeezing, |x| x.unsqueeze(0).squeeze(0) * 2.0, [3, 4]);

    #[test]
    fn a_reshaped_view_shares_its_data() {
        let x = Tensor::zeros([4]);
        assert!(x.reshape([2, 2]).shares_storage(&x));
    }

    #[test]
    #[should_panic(expected = "reshape: the 4 elements of [4] do not fit [3]")]
    fn the_number_of_elements_must_agree() {
        let _ = Tensor::zeros([4]).reshape([3]);
    }
}
