//! Axes in another order, as views.
use crate::{
    IntoShape, Tensor,
    error::{Error, ErrorKind, fail, ok},
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
        self.view_as(self.offset(), shape, strides)
            .record("transpose", [self], move |g, _| [Some(g.transpose(a, b))])
    }

    /// The transpose of a matrix; vectors and numbers are unchanged.
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
        let (entries, n) = order.entries();
        let mut at = Vec::new();
        for &e in &entries[..n] {
            at.push(ok!(axis("permute", e, self.dim())));
        }
        let inverse: Vec<usize> = (0..self.dim())
            .filter_map(|a| at.iter().position(|&x| x == a))
            .collect();
        if n != self.dim() || inverse.len() != n {
            let why = format!(
                "{:?} does not name each axis of {:?} once",
                &entries[..n],
                self.shape()
            );
            fail(&Error::new("permute", ErrorKind::Index, why));
        }
        let pick = |d: &Dims| Dims::new(&at.iter().map(|&a| d[a]).collect::<Vec<_>>());
        let view = self.view_as(self.offset(), pick(self.dims()), pick(self.stride_dims()));
        view.record("permute", [self], move |g, _| {
            [Some(g.permute(inverse.clone()))]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(transpose, |x| x.transpose(0, -1) * 2.0, [3, 4]);
    gradcheck_test!(t, |x| x.t() * 2.0, [3, 4]);
    gradcheck_test!(
        permute,
        |x| x.reshape([2, 3, 4]).permute([2, 0, 1]) * 2.0,
        [2, 12]; no empty, scalar
    );
}
