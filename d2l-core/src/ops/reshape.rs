//! Other shapes of the same elements.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis, sizes},
};

impl Tensor {
    /// The same elements in row-major order in another shape; one size may be -1. A view where
    /// the strides allow it, a copy elsewhere.
    ///
    /// # Panics
    /// If the number of elements differs, or a -1 has no single answer.
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
    /// If the number of elements differs, or a -1 has no single answer.
    pub fn try_reshape(&self, shape: impl IntoShape) -> Result<Tensor> {
        let target = inferred("reshape", self.dims(), &shape)?;
        Ok(self.with_shape("reshape", target))
    }

    /// As [`Tensor::reshape`], but always a view: PyTorch's `view(shape)`. (Here [`Tensor::view`]
    /// looks at the elements.)
    ///
    /// # Panics
    /// If the number of elements differs, or the strides would need a copy.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(6);
    /// assert!(x.view_shape([2, -1]).shares_storage(&x));
    /// ```
    #[track_caller]
    pub fn view_shape(&self, shape: impl IntoShape) -> Tensor {
        ok!(self.try_view_shape(shape))
    }

    /// [`Tensor::view_shape`] as a `Result`.
    ///
    /// # Errors
    /// If the number of elements differs, or the strides would need a copy.
    pub fn try_view_shape(&self, shape: impl IntoShape) -> Result<Tensor> {
        const OP: &str = "view_shape";
        let target = inferred(OP, self.dims(), &shape)?;
        if view_strides(self, &target).is_none() {
            bail!(
                OP,
                Shape,
                "{:?} with strides {:?} cannot be seen as {target:?} without a copy; use `reshape`",
                self.shape(),
                self.strides()
            );
        }
        Ok(self.with_shape(OP, target))
    }

    /// [`Tensor::view_shape`] with the shape of `other`.
    ///
    /// # Panics
    /// As [`Tensor::view_shape`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(4).view_as(&Tensor::zeros([2, 2])).shape(), [2, 2]);
    /// ```
    #[track_caller]
    pub fn view_as(&self, other: &Tensor) -> Tensor {
        self.view_shape(other.shape())
    }

    /// [`Tensor::reshape`] with the shape of `other`.
    ///
    /// # Panics
    /// If the number of elements differs.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(4).reshape_as(&Tensor::zeros([2, 2])).shape(), [2, 2]);
    /// ```
    #[track_caller]
    pub fn reshape_as(&self, other: &Tensor) -> Tensor {
        self.reshape(other.shape())
    }

    /// All elements along one axis, a view where possible; PyTorch's `flatten()`, also `ravel`. A
    /// single number becomes a vector of one.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten().shape(), [24]);
    /// ```
    pub fn flatten(&self) -> Tensor {
        self.with_shape("flatten", Dims::new(&[self.numel()]))
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
        self.flatten_dims(start, -1)
    }

    /// The axes from `start` to `end`, both included, as one; PyTorch's `flatten(start, end)`. A view
    /// where possible.
    ///
    /// # Panics
    /// If there is no such axis, or `start` is behind `end`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).flatten_dims(0, 1).shape(), [6, 4]);
    /// ```
    #[track_caller]
    pub fn flatten_dims(&self, start: isize, end: isize) -> Tensor {
        ok!(self.try_flatten_dims(start, end))
    }

    /// [`Tensor::flatten_dims`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::flatten_dims`].
    pub fn try_flatten_dims(&self, start: isize, end: isize) -> Result<Tensor> {
        let target = flattened(self, start, end)?;
        Ok(self.with_shape("flatten", target))
    }

    /// Axis `dim` split into several of these sizes, one of which may be -1; a view.
    ///
    /// # Panics
    /// If there is no such axis, or the sizes do not multiply to its size.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 12]).unflatten(1, [3, -1]).shape(), [2, 3, 4]);
    /// ```
    #[track_caller]
    pub fn unflatten(&self, dim: isize, sizes: impl IntoShape) -> Tensor {
        ok!(self.try_unflatten(dim, sizes))
    }

    /// [`Tensor::unflatten`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::unflatten`].
    pub fn try_unflatten(&self, dim: isize, sizes: impl IntoShape) -> Result<Tensor> {
        let target = unflattened(self, dim, &sizes)?;
        Ok(self.with_shape("unflatten", target))
    }

    /// The elements in a shape of as many elements.
    pub(crate) fn with_shape(&self, op: &'static str, target: Dims) -> Tensor {
        let own = *self.dims();
        if target == own {
            return self.clone();
        }
        let view = match view_strides(self, &target) {
            Some(strides) => self.strided(self.offset(), target, strides),
            None => {
                let x = self.raw_copy();
                x.strided(0, target, target.strides())
            }
        };
        view.record(op, [self], move |g, _| [Some(g.reshape(own))])
    }
}

/// Strides by which the elements of `x`, in row-major order, have the shape `target`; `None` if
/// there are none.
fn view_strides(x: &Tensor, target: &Dims) -> Option<Dims> {
    if x.is_contiguous() {
        return Some(target.strides());
    }
    let (shape, strides) = (x.shape(), x.strides());
    let mut out = *target;
    let mut left = target.len();
    let mut end = shape.len();
    while end > 0 {
        // Axes that lie as one run of elements are cut anew, each run for itself.
        let step = strides[end - 1];
        let mut n = shape[end - 1];
        end -= 1;
        while end > 0 && (shape[end - 1] == 1 || strides[end - 1] == n * step) {
            n *= shape[end - 1];
            end -= 1;
        }
        let mut used = 1;
        while left > 0 && (used < n || target[left - 1] == 1) {
            left -= 1;
            out[left] = used * step;
            used *= target[left];
        }
        if used != n {
            return None;
        }
    }
    (left == 0).then_some(out)
}

fn flattened(x: &Tensor, start: isize, end: isize) -> Result<Dims> {
    const OP: &str = "flatten";
    let (start, end) = (axis(OP, start, x.dim())?, axis(OP, end, x.dim())?);
    if start > end {
        bail!(OP, Index, "axis {start} lies behind the last one, {end}");
    }
    if x.dim() == 0 {
        return Ok(Dims::new(&[1]));
    }
    let s = x.shape();
    let flat = s[start..=end].iter().product();
    Ok(Dims::new(&[&s[..start], &[flat], &s[end + 1..]].concat()))
}

fn unflattened(x: &Tensor, dim: isize, sizes: &dyn IntoShape) -> Result<Dims> {
    const OP: &str = "unflatten";
    let at = axis(OP, dim, x.dim())?;
    let Some(&size) = x.shape().get(at) else {
        bail!(OP, Shape, "a single number has no axes")
    };
    let parts = inferred(OP, &Dims::new(&[size]), sizes)?;
    if parts.is_empty() {
        bail!(OP, Value, "no sizes to split axis {at} into");
    }
    let (before, after) = (&x.shape()[..at], &x.shape()[at + 1..]);
    Ok(Dims::new(&[before, &parts, after].concat()))
}

/// `shape` with its -1, if any, worked out, for the elements of a tensor of shape `own`.
fn inferred(op: &'static str, own: &Dims, shape: &dyn IntoShape) -> Result<Dims> {
    let (mut entries, n) = shape.entries();
    let list = &mut entries[..n];
    let known = list.iter().filter(|&&e| e >= 0);
    let known = known.fold(1, |n: usize, &e| n.saturating_mul(e as usize));
    let mut unknown = list.iter_mut().filter(|e| **e == -1);
    if let Some(e) = unknown.next() {
        if unknown.next().is_some() {
            bail!(op, Shape, "more than one size of {:?} is -1", &entries[..n]);
        }
        if known == 0 || !own.numel().is_multiple_of(known) {
            return misfit(op, own, &entries[..n]);
        }
        *e = (own.numel() / known) as isize;
    }
    let target = sizes(op, &&entries[..n])?;
    if target.numel() != own.numel() {
        return misfit(op, own, &entries[..n]);
    }
    Ok(target)
}

fn misfit<T>(op: &'static str, own: &Dims, wanted: &[isize]) -> Result<T> {
    let n = own.numel();
    bail!(
        op,
        Shape,
        "the {n} elements of {own:?} do not fit {wanted:?}"
    )
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(flatten_dims, |x| x.flatten_dims(0, 1).square(), [3, 2, 2]; no scalar);
    gradcheck_test!(
        like_another,
        |x, y| x.reshape_as(y) * x.view_as(y) * y,
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(reshape, |x| x.reshape(-1) * 2.0, [3, 4]);
    gradcheck_test!(flatten, |x| x.flatten_from(0) * 2.0, [3, 4]);
    gradcheck_test!(unflatten, |x| x.unflatten(-1, [2, -1]) * 2.0, [3, 4]; no scalar);
    gradcheck_test!(
        view,
        |x| x.unsqueeze(-1).view_shape([-1, 2, 2]) * 2.0,
        [3, 4]; no scalar
    );

    #[test]
    fn a_view_is_taken_wherever_strides_allow_it() {
        let x = Tensor::arange(24).reshape([2, 3, 4]).transpose(0, 1); // strides [4, 12, 1]
        for shape in [&[3, 2, 2, 2][..], &[3, 1, 2, 4, 1], &[1, 3, 2, 4]] {
            let y = x.view_shape(shape);
            assert!(y.shares_storage(&x));
            assert_eq!(y, x.copy().reshape(shape));
        }
        let even = x.i((.., .., (0..4).step_by(2))); // 2 apart, and the axes still join
        assert!(
            Tensor::arange(8)
                .i((0..8).step_by(2))
                .view_shape([2, 2])
                .dim()
                == 2
        );
        assert!(even.try_view_shape([3, 4]).is_err());
        assert_eq!(even.reshape([3, 4]), even.copy().view_shape([3, 4]));
        assert!(Tensor::ones([1]).expand([6]).view_shape([2, 3]).strides() == [0, 0]);
    }

    #[test]
    fn nothing_and_single_numbers_have_many_shapes() {
        assert_eq!(
            Tensor::zeros([0, 3]).t().view_shape([5, 0, 2]).shape(),
            [5, 0, 2]
        );
        assert_eq!(Tensor::from(1).view_shape([1, 1]), Tensor::from([[1]]));
        assert_eq!(Tensor::from([1]).reshape([0; 0]).dim(), 0);
        assert_eq!(Tensor::from(1).flatten(), Tensor::from([1]));
    }

    #[test]
    #[should_panic(
        expected = "view_shape: [3, 2] with strides [1, 3] cannot be seen as [6] without a copy"
    )]
    fn a_view_that_needs_a_copy_is_refused() {
        let _ = Tensor::zeros([2, 3]).t().view_shape(6);
    }

    #[test]
    #[should_panic(expected = "reshape: the 4 elements of [4] do not fit [3]")]
    fn the_number_of_elements_must_agree() {
        let _ = Tensor::zeros([4]).reshape([3]);
    }

    #[test]
    #[should_panic(expected = "reshape: the 0 elements of [0, 5] do not fit [0, -1]")]
    fn an_unknown_size_next_to_zero_has_no_answer() {
        let _ = Tensor::zeros([0, 5]).reshape([0, -1]);
    }
}
