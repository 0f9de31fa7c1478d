//! Elements in order, the first of them, and the one in the middle.
use super::over::Over;
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::sort as kernel,
    tensor::wide,
};

impl Tensor {
    /// The elements along axis `dim` in ascending order, and where they were. NaN is the greatest;
    /// equal elements keep their order (PyTorch's `stable=True`). The gradient goes where the
    /// elements came from.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, indices) = Tensor::from([[3, 1, 2]]).sort(-1);
    /// assert_eq!(values, Tensor::from([[1, 2, 3]]));
    /// assert_eq!(indices, Tensor::from([[1, 2, 0]]));
    /// ```
    #[track_caller]
    pub fn sort(&self, dim: isize) -> (Tensor, Tensor) {
        ok!(sorted("sort", self, dim, false))
    }

    /// [`Tensor::sort`] in descending order: NaN comes first, equal elements keep their order.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, indices) = Tensor::from([3, 1, 3]).sort_descending(0);
    /// assert_eq!((values, indices), (Tensor::from([3, 3, 1]), Tensor::from([0, 2, 1])));
    /// ```
    #[track_caller]
    pub fn sort_descending(&self, dim: isize) -> (Tensor, Tensor) {
        ok!(sorted("sort_descending", self, dim, true))
    }

    /// Where the elements are that [`Tensor::sort`] gives.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3, 1, 2]]).argsort(1), Tensor::from([[1, 2, 0]]));
    /// ```
    #[track_caller]
    pub fn argsort(&self, dim: isize) -> Tensor {
        ok!(sorted("argsort", &self.detach(), dim, false)).1
    }

    /// Where the elements are that [`Tensor::sort_descending`] gives.
    ///
    /// # Panics
    /// If the axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3, 1, 2]]).argsort_descending(1), Tensor::from([[0, 2, 1]]));
    /// ```
    #[track_caller]
    pub fn argsort_descending(&self, dim: isize) -> Tensor {
        ok!(sorted("argsort_descending", &self.detach(), dim, true)).1
    }

    /// The values of [`Tensor::sort`] along the first axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3, 1], [2, 4]]).msort(), Tensor::from([[2, 1], [3, 4]]));
    /// ```
    pub fn msort(&self) -> Tensor {
        ok!(sorted("msort", self, 0, false)).0
    }

    /// The `k` largest elements along axis `dim`, the largest first, and where they are. NaN is the
    /// greatest; of equal elements the earlier ones are taken. The gradient goes to these elements.
    ///
    /// # Panics
    /// If the axis does not exist or has fewer than `k` elements.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, indices) = Tensor::from([0.1, 0.7, 0.2]).topk(2, -1);
    /// assert_eq!(values, Tensor::from([0.7, 0.2]));
    /// assert_eq!(indices, Tensor::from([1, 2]));
    /// ```
    #[track_caller]
    pub fn topk(&self, k: usize, dim: isize) -> (Tensor, Tensor) {
        ok!(first("topk", self, k, dim, true))
    }

    /// The `k` smallest elements along axis `dim`, the smallest first, and where they are; PyTorch's
    /// `topk` with `largest=False`.
    ///
    /// # Panics
    /// If the axis does not exist or has fewer than `k` elements.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, _) = Tensor::from([0.1, 0.7, 0.2]).topk_smallest(2, 0);
    /// assert_eq!(values, Tensor::from([0.1, 0.2]));
    /// ```
    #[track_caller]
    pub fn topk_smallest(&self, k: usize, dim: isize) -> (Tensor, Tensor) {
        ok!(first("topk_smallest", self, k, dim, false))
    }

    /// The `k`-th smallest element along axis `dim`, which disappears, counted from 1, and its index.
    /// NaN is the greatest.
    ///
    /// # Panics
    /// If the axis does not exist or has fewer than `k` elements, or `k` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (value, index) = Tensor::from([4, 1, 3]).kthvalue(2, 0);
    /// assert_eq!((value, index), (Tensor::from(3), Tensor::from(2)));
    /// ```
    #[track_caller]
    pub fn kthvalue(&self, k: usize, dim: isize) -> (Tensor, Tensor) {
        let (y, index) = ok!(kth("kthvalue", self, k, dim));
        (self.without_axis(&y, dim), self.without_axis(&index, dim))
    }

    /// [`Tensor::kthvalue`] with the axis kept, with size 1.
    ///
    /// # Panics
    /// As [`Tensor::kthvalue`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[4, 1, 3]]).kthvalue_keepdim(2, 1).0, Tensor::from([[3]]));
    /// ```
    #[track_caller]
    pub fn kthvalue_keepdim(&self, k: usize, dim: isize) -> (Tensor, Tensor) {
        ok!(kth("kthvalue_keepdim", self, k, dim))
    }

    /// The most frequent element along axis `dim`, which disappears, and the index of its last
    /// occurrence: the least one, where several are as frequent. No two NaN are equal.
    ///
    /// # Panics
    /// If the axis does not exist or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (value, index) = Tensor::from([5, 2, 5, 1]).mode(-1);
    /// assert_eq!((value, index), (Tensor::from(5), Tensor::from(2)));
    /// ```
    #[track_caller]
    pub fn mode(&self, dim: isize) -> (Tensor, Tensor) {
        let (y, index) = ok!(mode("mode", self, dim));
        (self.without_axis(&y, dim), self.without_axis(&index, dim))
    }

    /// [`Tensor::mode`] with the axis kept, with size 1.
    ///
    /// # Panics
    /// If the axis does not exist or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[5, 2, 5]]).mode_keepdim(1).0, Tensor::from([[5]]));
    /// ```
    #[track_caller]
    pub fn mode_keepdim(&self, dim: isize) -> (Tensor, Tensor) {
        ok!(mode("mode_keepdim", self, dim))
    }
}

fn sorted(op: &'static str, x: &Tensor, dim: isize, down: bool) -> Result<(Tensor, Tensor)> {
    x.choose(op, dim, &Ok, &|rows, n, out| {
        wide!(rows.dtype(), T => kernel::argsort_rows(&rows.read::<T>(), n, down, out));
    })
}

fn first(
    op: &'static str,
    x: &Tensor,
    k: usize,
    dim: isize,
    down: bool,
) -> Result<(Tensor, Tensor)> {
    let fits = |n| {
        if k > n || (k == 0 && x.dim() == 0) {
            bail!(op, Value, "{k} elements cannot be taken of {n}");
        }
        Ok(k)
    };
    x.choose(op, dim, &fits, &|rows, n, out| {
        wide!(rows.dtype(), T => kernel::first_rows(&rows.read::<T>(), n, k, down, out));
    })
}

fn kth(op: &'static str, x: &Tensor, k: usize, dim: isize) -> Result<(Tensor, Tensor)> {
    let fits = |n| {
        if k == 0 || k > n {
            bail!(op, Value, "there is no element number {k} of {n}");
        }
        Ok(1)
    };
    x.choose(op, dim, &fits, &|rows, n, out| {
        wide!(rows.dtype(), T => kernel::nth_rows(&rows.read::<T>(), n, &|_| k - 1, out));
    })
}

fn mode(op: &'static str, x: &Tensor, dim: isize) -> Result<(Tensor, Tensor)> {
    Over::dims(op, x, &dim, true)?.check_some(op, x)?;
    x.choose(
        op,
        dim,
        &|_| Ok(1),
        &|rows, n, out| wide!(rows.dtype(), T => kernel::mode_rows(&rows.read::<T>(), n, out)),
    )
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(kthvalue_keepdim, |x| x.kthvalue_keepdim(2, 0).0, [3, 4]; no empty, scalar);
    gradcheck_test!(mode_keepdim, |x| x.mode_keepdim(1).0, [3, 4]; no empty, scalar);
    gradcheck_test!(sort, |x| x.sort(0).0, [3, 4]);
    gradcheck_test!(sort_descending, |x| x.sort_descending(-1).0, [3, 4]);
    gradcheck_test!(msort, |x| x.msort(), [3, 4]);
    gradcheck_test!(topk, |x| x.topk(2, 1).0, [3, 4]; no empty, scalar);
    gradcheck_test!(topk_smallest, |x| x.topk_smallest(2, 0).0, [3, 4]; no empty, scalar);
    gradcheck_test!(kthvalue, |x| x.kthvalue(2, 0).0, [3, 4]; no empty, scalar);
    gradcheck_test!(mode, |x| x.mode(1).0, [3, 4]; no empty, scalar);

    #[test]
    fn nan_is_greatest_and_ties_keep_their_order() {
        let x = Tensor::from([2.0, f32::NAN, -1.0, 2.0]);
        assert_eq!(x.argsort(0), Tensor::from([2, 0, 3, 1]));
        assert_eq!(x.argsort_descending(0), Tensor::from([1, 0, 3, 2]));
        assert_eq!(x.topk(2, 0).1, Tensor::from([1, 0]));
        assert_eq!(x.topk_smallest(2, 0).1, Tensor::from([2, 0]));
    }

    #[test]
    fn numbers_and_empty_axes_are_sorted_too() {
        assert_eq!(Tensor::from(3).sort(-1), (Tensor::from(3), Tensor::from(0)));
        assert_eq!(Tensor::zeros([0, 3]).sort(0).1.shape(), [0, 3]);
        assert_eq!(Tensor::zeros([2, 3]).topk(0, 1).0.shape(), [2, 0]);
    }

    #[test]
    #[should_panic(expected = "topk: 4 elements cannot be taken of 3")]
    fn more_than_there_are_is_refused() {
        let _ = Tensor::zeros([2, 3]).topk(4, 1);
    }

    #[test]
    #[should_panic(expected = "kthvalue: there is no element number 0 of 3")]
    fn the_first_element_has_number_one() {
        let _ = Tensor::zeros([3]).kthvalue(0, 0);
    }
}
