//! Elements without repetition.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis, stored},
};
use std::cmp::Ordering;

impl Tensor {
    /// All different elements, in ascending order. No two NaN are equal. Without gradient.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[3, 1], [1, 2]]).unique(), Tensor::from([1, 2, 3]));
    /// ```
    pub fn unique(&self) -> Tensor {
        self.unique_all().0
    }

    /// [`Tensor::unique`], and how often each of them occurs.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, counts) = Tensor::from([3, 1, 1]).unique_counts();
    /// assert_eq!((values, counts), (Tensor::from([1, 3]), Tensor::from([2, 1])));
    /// ```
    pub fn unique_counts(&self) -> (Tensor, Tensor) {
        let (values, _, counts) = self.unique_all();
        (values, counts)
    }

    /// [`Tensor::unique`], and for every element of this tensor its place there.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, inverse) = Tensor::from([[3, 1], [1, 3]]).unique_inverse();
    /// assert_eq!(inverse, Tensor::from([[1, 0], [0, 1]]));
    /// assert_eq!(values.take(&inverse), Tensor::from([[3, 1], [1, 3]]));
    /// ```
    pub fn unique_inverse(&self) -> (Tensor, Tensor) {
        let (values, inverse, _) = self.unique_all();
        (values, inverse)
    }

    /// [`Tensor::unique`], for every element of this tensor its place there, and how often each of
    /// them occurs.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (values, inverse, counts) = Tensor::from([7, 5, 7]).unique_all();
    /// assert_eq!(values, Tensor::from([5, 7]));
    /// assert_eq!(inverse, Tensor::from([1, 0, 1]));
    /// assert_eq!(counts, Tensor::from([1, 2]));
    /// ```
    pub fn unique_all(&self) -> (Tensor, Tensor, Tensor) {
        let flat = self.detach().reshape(-1);
        let places = flat.argsort(0).to_vec::<i64>();
        let groups = stored!(self.dtype(), T => {
            let x = flat.contiguous_raw();
            let x = x.read::<T>();
            Groups::new(&places, &|a, b| x[a] == x[b])
        });
        groups.results(&flat, 0, *self.dims())
    }

    /// The different slices along axis `dim`, in lexicographic order.
    ///
    /// # Panics
    /// If the axis does not exist, or slices are empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[2, 1], [0, 3], [2, 1]]);
    /// assert_eq!(x.unique_dim(0), Tensor::from([[0, 3], [2, 1]]));
    /// ```
    #[track_caller]
    pub fn unique_dim(&self, dim: isize) -> Tensor {
        ok!(slices("unique_dim", self, dim, true)).0
    }

    /// [`Tensor::unique_dim`], for every slice of this tensor its place there, and how often each of
    /// them occurs.
    ///
    /// # Panics
    /// As [`Tensor::unique_dim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (_, inverse, counts) = Tensor::from([[2, 1], [0, 3], [2, 1]]).unique_dim_all(0);
    /// assert_eq!((inverse, counts), (Tensor::from([1, 0, 1]), Tensor::from([1, 2])));
    /// ```
    #[track_caller]
    pub fn unique_dim_all(&self, dim: isize) -> (Tensor, Tensor, Tensor) {
        ok!(slices("unique_dim_all", self, dim, true))
    }

    /// The elements without those equal to the one before, in row-major order.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 1, 2, 1]).unique_consecutive(), Tensor::from([1, 2, 1]));
    /// ```
    pub fn unique_consecutive(&self) -> Tensor {
        self.unique_consecutive_all().0
    }

    /// [`Tensor::unique_consecutive`], for every element of this tensor its place there, and how many
    /// each of them stands for.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (_, inverse, counts) = Tensor::from([1, 1, 2, 1]).unique_consecutive_all();
    /// assert_eq!((inverse, counts), (Tensor::from([0, 0, 1, 2]), Tensor::from([2, 1, 1])));
    /// ```
    pub fn unique_consecutive_all(&self) -> (Tensor, Tensor, Tensor) {
        let flat = self.detach().reshape(-1);
        let (values, inverse, counts) = ok!(slices("unique_consecutive", &flat, 0, false));
        (values, inverse.reshape(*self.dims()), counts)
    }

    /// The slices along axis `dim` without those equal to the one before.
    ///
    /// # Panics
    /// If the axis does not exist, or slices are empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[2, 1], [2, 1], [0, 3]]);
    /// assert_eq!(x.unique_consecutive_dim(0), Tensor::from([[2, 1], [0, 3]]));
    /// ```
    #[track_caller]
    pub fn unique_consecutive_dim(&self, dim: isize) -> Tensor {
        ok!(slices("unique_consecutive_dim", self, dim, false)).0
    }

    /// [`Tensor::unique_consecutive_dim`], for every slice of this tensor its place there, and how
    /// many each of them stands for.
    ///
    /// # Panics
    /// As [`Tensor::unique_consecutive_dim`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (_, inverse, _) = Tensor::from([[2, 1], [2, 1]]).unique_consecutive_dim_all(0);
    /// assert_eq!(inverse, Tensor::from([0, 0]));
    /// ```
    #[track_caller]
    pub fn unique_consecutive_dim_all(&self, dim: isize) -> (Tensor, Tensor, Tensor) {
        ok!(slices("unique_consecutive_dim_all", self, dim, false))
    }
}

/// The slices along `dim`, in order or as they come.
fn slices(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    sorted: bool,
) -> Result<(Tensor, Tensor, Tensor)> {
    let a = axis(op, dim, x.dim())?;
    let x = if x.dim() == 0 {
        x.reshape([1])
    } else {
        x.detach()
    };
    let n = x.shape()[a];
    if x.numel() == 0 && (n > 0 || x.shape().iter().filter(|&&s| s == 0).count() > 1) {
        bail!(
            op,
            Shape,
            "slices of {:?} along axis {a} are empty",
            x.shape()
        );
    }
    let rows = x.transpose(0, a as isize).contiguous_raw();
    let groups = stored!(x.dtype(), T => {
        let (data, len) = (rows.read::<T>(), x.numel() / n.max(1));
        let row = |i: usize| &data[i * len..][..len];
        let mut places: Vec<i64> = (0..n as i64).collect();
        if sorted {
            arrange(&mut places, &|a, b| order(row(a), row(b)));
        }
        Groups::new(&places, &|a, b| row(a) == row(b))
    });
    Ok(groups.results(&x, a, Dims::new(&[n])))
}

/// Puts places in the order of what is there.
fn arrange(places: &mut [i64], order: &dyn Fn(usize, usize) -> Ordering) {
    places.sort_by(|&a, &b| order(a as usize, b as usize));
}

/// Lexicographic, NaN as the greatest.
fn order<T: PartialOrd>(a: &[T], b: &[T]) -> Ordering {
    let is_nan = |x: &T| x.partial_cmp(x).is_none();
    let mut pairs = a.iter().zip(b).map(|(a, b)| {
        a.partial_cmp(b)
            .unwrap_or_else(|| is_nan(a).cmp(&is_nan(b)))
    });
    pairs.find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Which elements belong together.
struct Groups {
    /// A member of each.
    first: Vec<i64>,
    /// The group of each element.
    inverse: Vec<i64>,
    /// The size of each.
    counts: Vec<i64>,
}

impl Groups {
    /// Runs of equal elements, in this order.
    fn new(places: &[i64], equal: &dyn Fn(usize, usize) -> bool) -> Groups {
        let mut groups = Groups {
            first: Vec::new(),
            inverse: vec![0; places.len()],
            counts: Vec::new(),
        };
        for run in places.chunk_by(|&a, &b| equal(a as usize, b as usize)) {
            let number = groups.first.len() as i64;
            run.iter()
                .for_each(|&at| groups.inverse[at as usize] = number);
            groups.first.push(run[0]);
            groups.counts.push(run.len() as i64);
        }
        groups
    }

    /// The entries of axis `a` that stand for the groups, all groups in `shape`, and sizes.
    fn results(self, x: &Tensor, a: usize, shape: Dims) -> (Tensor, Tensor, Tensor) {
        let list = |v: Vec<i64>| {
            let n = v.len();
            Tensor::from_vec(v, n)
        };
        let values = x.index_select(a as isize, &list(self.first));
        (
            values,
            Tensor::from_vec(self.inverse, shape),
            list(self.counts),
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn nan_are_all_different_and_zeros_alike() {
        let x = Tensor::from([f32::NAN, 0.0, -0.0, f32::NAN]);
        let (values, inverse, counts) = x.unique_all();
        assert_eq!(values.isnan(), Tensor::from([false, true, true]));
        assert_eq!(inverse, Tensor::from([1, 0, 0, 2]));
        assert_eq!(counts, Tensor::from([2, 1, 1]));
    }

    #[test]
    fn of_nothing_and_of_a_number() {
        assert_eq!(Tensor::zeros([0]).unique().shape(), [0]);
        assert_eq!(Tensor::zeros([2, 0]).unique_dim(1).shape(), [2, 0]);
        assert_eq!(Tensor::from(3).unique(), Tensor::from([3]));
        assert_eq!(Tensor::from(3).unique_inverse().1, Tensor::from(0));
        assert_eq!(Tensor::zeros([0]).unique_consecutive().shape(), [0]);
    }

    #[test]
    fn columns_are_compared_as_wholes() {
        let x = Tensor::from([[1, 0, 1], [2, 2, 2]]);
        assert_eq!(x.unique_dim(-1), Tensor::from([[0, 1], [2, 2]]));
        assert_eq!(x.unique_consecutive_dim(1), x);
    }

    #[test]
    #[should_panic(expected = "unique_dim: slices of [2, 0] along axis 0 are empty")]
    fn empty_slices_are_refused() {
        let _ = Tensor::zeros([2, 0]).unique_dim(0);
    }
}
