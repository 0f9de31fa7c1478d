//! Axes in another order, as views.
use crate::{
    IntoShape, Tensor,
    error::{Error, ErrorKind, Result, bail, fail, ok},
    tensor::{Dims, axis},
};

impl Tensor {
    /// Axes `a` and `b` exchanged; a view.
    ///
    /// # Panics
    /// If there is no such axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).transpose(0, -1).shape(), [4, 3, 2]);
    /// ```
    #[track_caller]
    pub fn transpose(&self, a: isize, b: isize) -> Tensor {
        let (i, j) = (
            ok!(axis("transpose", a, self.dim())),
            ok!(axis("transpose", b, self.dim())),
        );
        if i == j {
            return self.clone();
        }
        let (mut shape, mut strides) = (*self.dims(), *self.stride_dims());
        shape.swap(i, j);
        strides.swap(i, j);
        self.strided(self.offset(), shape, strides)
            .record("transpose", [self], move |g, _| [Some(g.transpose(a, b))])
    }

    /// [`Tensor::transpose`] by NumPy's name.
    ///
    /// # Panics
    /// If there is no such axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3]).swapaxes(0, 1).shape(), [3, 2]);
    /// ```
    #[track_caller]
    pub fn swapaxes(&self, a: isize, b: isize) -> Tensor {
        self.transpose(a, b)
    }

    /// Every matrix of a batch transposed: the last two axes exchanged, a view. PyTorch's `mT`.
    ///
    /// # Panics
    /// With fewer than two axes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([5, 2, 3]).mt().shape(), [5, 3, 2]);
    /// ```
    #[track_caller]
    pub fn mt(&self) -> Tensor {
        if self.dim() < 2 {
            let why = format!("{:?} holds no matrices", self.shape());
            fail(&Error::new("mt", ErrorKind::Shape, why));
        }
        self.transpose(-2, -1)
    }

    /// The transpose of a matrix, a view; vectors and numbers are unchanged. PyTorch's `t()`, also
    /// `T`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2]]).t(), Tensor::from([[1], [2]]));
    /// ```
    ///
    /// # Panics
    /// Beyond two axes: say which with [`Tensor::transpose`].
    #[track_caller]
    pub fn t(&self) -> Tensor {
        match self.dim() {
            0 | 1 => self.clone(),
            2 => self.transpose(0, 1),
            n => fail(&Error::new(
                "t",
                ErrorKind::Shape,
                format!(
                    "{:?} has {n} axes, not two; use `transpose(a, b)`",
                    self.shape()
                ),
            )),
        }
    }

    /// The axes in the order `order`; a view.
    ///
    /// # Panics
    /// If `order` does not name every axis once.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).permute([2, 0, 1]).shape(), [4, 2, 3]);
    /// ```
    #[track_caller]
    pub fn permute(&self, order: impl IntoShape) -> Tensor {
        let order = ok!(permutation(self, &order));
        self.reordered("permute", order)
    }

    /// The axes `from` moved to the places `to`, the others kept in order; a view. PyTorch's
    /// `movedim`, also `moveaxis`.
    ///
    /// # Panics
    /// If both lists differ in length, name an axis twice, or name one that does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([2, 3, 4]);
    /// assert_eq!(x.movedim(0, -1).shape(), [3, 4, 2]);
    /// assert_eq!(x.movedim([0, 1], [1, 2]).shape(), [4, 2, 3]);
    /// ```
    #[track_caller]
    pub fn movedim(&self, from: impl IntoShape, to: impl IntoShape) -> Tensor {
        let order = ok!(moved(self, &from, &to));
        self.reordered("movedim", order)
    }

    /// [`Tensor::movedim`] by NumPy's name.
    ///
    /// # Panics
    /// As [`Tensor::movedim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).moveaxis(0, -1).shape(), [3, 4, 2]);
    /// ```
    #[track_caller]
    pub fn moveaxis(&self, from: impl IntoShape, to: impl IntoShape) -> Tensor {
        self.movedim(from, to)
    }

    fn reordered(&self, op: &'static str, order: Vec<usize>) -> Tensor {
        if order.is_sorted() {
            return self.clone();
        }
        let pick = |d: &Dims| Dims::new(&order.iter().map(|&a| d[a]).collect::<Vec<_>>());
        let view = self.strided(self.offset(), pick(self.dims()), pick(self.stride_dims()));
        let mut inverse = order.clone();
        order.iter().zip(0..).for_each(|(&a, i)| inverse[a] = i);
        view.record(op, [self], move |g, _| [Some(g.permute(&inverse))])
    }
}

fn permutation(x: &Tensor, order: &dyn IntoShape) -> Result<Vec<usize>> {
    let (entries, n) = order.entries();
    let list = (entries[..n].iter())
        .map(|&a| axis("permute", a, x.dim()))
        .collect::<Result<Vec<_>>>()?;
    if n != x.dim() || (0..n).any(|a| !list.contains(&a)) {
        bail!(
            "permute",
            Index,
            "{:?} does not name each axis of {:?} once",
            &entries[..n],
            x.shape()
        );
    }
    Ok(list)
}

/// Which axis comes to each place.
fn moved(x: &Tensor, from: &dyn IntoShape, to: &dyn IntoShape) -> Result<Vec<usize>> {
    let (from, to) = (distinct(x, from)?, distinct(x, to)?);
    if from.len() != to.len() {
        bail!(
            "movedim",
            Shape,
            "axes {from:?} cannot move to places {to:?}"
        );
    }
    let mut others = (0..x.dim()).filter(|a| !from.contains(a));
    let axis_at = |place| match to.iter().position(|&t| t == place) {
        Some(i) => Some(from[i]),
        None => others.next(),
    };
    Ok((0..x.dim()).map_while(axis_at).collect())
}

fn distinct(x: &Tensor, list: &dyn IntoShape) -> Result<Vec<usize>> {
    let (entries, n) = list.entries();
    let found = (entries[..n].iter())
        .map(|&a| axis("movedim", a, x.dim()))
        .collect::<Result<Vec<_>>>()?;
    if (1..n).any(|i| found[..i].contains(&found[i])) {
        bail!(
            "movedim",
            Index,
            "an axis appears twice in {:?}",
            &entries[..n]
        );
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        other_names,
        |x| x.swapaxes(0, 1) * x.moveaxis(0, -1),
        [3, 4]; no scalar
    );
    gradcheck_test!(transpose, |x| x.transpose(0, -1) * 2.0, [3, 4]);
    gradcheck_test!(t, |x| x.t() * 2.0, [3, 4]);
    gradcheck_test!(permute, |x| x.permute([2, 0, 1]) * 2.0, [2, 3, 4]; no scalar);
    gradcheck_test!(movedim, |x| x.movedim([0, 2], [2, 1]) * 2.0, [2, 3, 4]; no scalar);
    gradcheck_test!(mt, |x| x.mt() * 2.0, [2, 3, 4]; no scalar);

    #[test]
    fn moved_axes_keep_the_order_of_the_others() {
        let x = Tensor::zeros([2, 3, 4, 5, 6]);
        assert_eq!(x.movedim([3, -3, 4], [1, 0, -1]).shape(), [4, 5, 2, 3, 6]);
        assert_eq!(x.movedim([0; 0], [0; 0]).shape(), [2, 3, 4, 5, 6]);
        assert_eq!(Tensor::from(1).movedim(0, -1).dim(), 0);
        assert_eq!(Tensor::from(1).permute([0; 0]).dim(), 0);
    }
}
