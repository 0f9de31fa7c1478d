//! A tensor cut into several along an axis; every part is a view.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};

/// How an axis is cut: by one number or by a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cut {
    /// A size, or a number of parts.
    Number(i64),
    /// Sizes, or positions.
    List(Vec<i64>),
}

macro_rules! cut_from {
    ($($t:ty)*) => { $(
        impl From<$t> for Cut {
            fn from(n: $t) -> Cut { Cut::Number(n as i64) }
        }
        impl<const N: usize> From<[$t; N]> for Cut {
            fn from(list: [$t; N]) -> Cut { Cut::from(&list[..]) }
        }
        impl From<&[$t]> for Cut {
            fn from(list: &[$t]) -> Cut { Cut::List(list.iter().map(|&n| n as i64).collect()) }
        }
        impl From<Vec<$t>> for Cut {
            fn from(list: Vec<$t>) -> Cut { Cut::from(&list[..]) }
        }
        impl From<&Vec<$t>> for Cut {
            fn from(list: &Vec<$t>) -> Cut { Cut::from(&list[..]) }
        }
    )* };
}
cut_from!(i32 i64 isize usize);

impl Tensor {
    /// Parts of this size along axis `dim`, the last one perhaps smaller; or, given a list, parts of
    /// these sizes (PyTorch's `split_with_sizes`).
    ///
    /// # Panics
    /// If there is no such axis, a size is negative (or 0 for an axis that is not empty), or the list
    /// does not add up to the axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(5);
    /// assert_eq!(x.split(2, 0)[2], Tensor::from([4]));
    /// assert_eq!(x.split([1, 4], 0)[1], Tensor::from([1, 2, 3, 4]));
    /// ```
    #[track_caller]
    pub fn split(&self, sizes: impl Into<Cut>, dim: isize) -> Vec<Tensor> {
        let (at, sizes) = ok!(split_sizes(self, sizes.into(), dim));
        self.parts(at, &sizes)
    }

    /// At most `chunks` parts of equal size along axis `dim`, the last one perhaps smaller. Fewer come
    /// out where the size, rounded up, fills the axis before.
    ///
    /// # Panics
    /// If there is no such axis or `chunks` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let parts = Tensor::arange(5).chunk(4, 0); // sizes 2, 2, 1
    /// assert_eq!((parts.len(), &parts[2]), (3, &Tensor::from([4])));
    /// ```
    #[track_caller]
    pub fn chunk(&self, chunks: usize, dim: isize) -> Vec<Tensor> {
        let (at, n) = ok!(sized_axis("chunk", self, dim));
        assert!(chunks > 0, "chunk: an axis cannot be cut into 0 parts");
        match n {
            0 => self.parts(at, &vec![0; chunks]),
            _ => self.split(n.div_ceil(chunks), dim),
        }
    }

    /// Exactly this many parts along axis `dim`, the first ones larger by one where it does not
    /// divide; or, given a list, parts that begin at 0 and at these positions, which mean what they
    /// mean in a Python slice.
    ///
    /// # Panics
    /// If there is no such axis, or the number of parts is not positive.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(5);
    /// assert_eq!(x.tensor_split(3, 0)[0], Tensor::from([0, 1]));
    /// assert_eq!(x.tensor_split([1, -1], 0)[1], Tensor::from([1, 2, 3]));
    /// ```
    #[track_caller]
    pub fn tensor_split(&self, cut: impl Into<Cut>, dim: isize) -> Vec<Tensor> {
        ok!(self.try_tensor_split("tensor_split", cut.into(), dim))
    }

    /// [`Tensor::tensor_split`] along the second axis, of a vector along its only one; a number of
    /// parts must divide it.
    ///
    /// # Panics
    /// For a single number, or if the parts would differ in size.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).hsplit(2)[0], Tensor::from([[1], [3]]));
    /// ```
    #[track_caller]
    pub fn hsplit(&self, cut: impl Into<Cut>) -> Vec<Tensor> {
        let dim = usize::from(self.dim() > 1);
        ok!(self.split_evenly("hsplit", cut.into(), dim))
    }

    /// [`Tensor::tensor_split`] along the first axis; a number of parts must divide it.
    ///
    /// # Panics
    /// With fewer than two axes, or if the parts would differ in size.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).vsplit(2)[0], Tensor::from([[1, 2]]));
    /// ```
    #[track_caller]
    pub fn vsplit(&self, cut: impl Into<Cut>) -> Vec<Tensor> {
        ok!(self.check_axes("vsplit", 2));
        ok!(self.split_evenly("vsplit", cut.into(), 0))
    }

    /// [`Tensor::tensor_split`] along the third axis; a number of parts must divide it.
    ///
    /// # Panics
    /// With fewer than three axes, or if the parts would differ in size.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::zeros([2, 3, 4]).dsplit(2)[0].shape(), [2, 3, 2]);
    /// ```
    #[track_caller]
    pub fn dsplit(&self, cut: impl Into<Cut>) -> Vec<Tensor> {
        ok!(self.split_evenly("dsplit", cut.into(), 2))
    }

    /// The slices along axis `dim`, which disappears.
    ///
    /// # Panics
    /// If there is no such axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).unbind(1)[0], Tensor::from([1, 3]));
    /// ```
    #[track_caller]
    pub fn unbind(&self, dim: isize) -> Vec<Tensor> {
        let (at, n) = ok!(sized_axis("unbind", self, dim));
        let at = at as isize;
        let slice = |i| self.narrow(at, i, 1).squeeze(at);
        (0..n).map(slice).collect()
    }

    /// Neighbouring parts of these sizes.
    fn parts(&self, at: usize, sizes: &[usize]) -> Vec<Tensor> {
        let mut start = 0;
        let mut next = |n: usize| {
            start += n;
            self.narrow(at as isize, start - n, n)
        };
        sizes.iter().map(|&n| next(n)).collect()
    }

    fn try_tensor_split(&self, op: &'static str, cut: Cut, dim: isize) -> Result<Vec<Tensor>> {
        let (at, n) = sized_axis(op, self, dim)?;
        let bounds = match cut {
            Cut::Number(parts) if parts < 1 => {
                bail!(op, Value, "an axis cannot be cut into {parts} parts")
            }
            Cut::Number(parts) => {
                let (size, larger) = (n / parts as usize, n % parts as usize);
                let start = |i: usize| i * size + i.min(larger);
                (1..=parts as usize).map(start).collect()
            }
            Cut::List(list) => ends(&list, n),
        };
        let part = |(start, &end): (usize, &usize)| {
            self.narrow(at as isize, start, end.saturating_sub(start))
        };
        let starts = [0].into_iter().chain(bounds.iter().copied());
        Ok(starts.zip(&bounds).map(part).collect())
    }

    fn split_evenly(&self, op: &'static str, cut: Cut, at: usize) -> Result<Vec<Tensor>> {
        self.check_axes(op, at + 1)?;
        let n = self.shape()[at];
        match cut {
            Cut::Number(parts) if parts < 1 || n as i64 % parts != 0 => {
                bail!(
                    op,
                    Value,
                    "{parts} parts do not divide axis {at} of size {n}"
                )
            }
            cut => self.try_tensor_split(op, cut, at as isize),
        }
    }

    fn check_axes(&self, op: &'static str, least: usize) -> Result<()> {
        if self.dim() < least {
            bail!(op, Shape, "{:?} has fewer than {least} axes", self.shape());
        }
        Ok(())
    }
}

/// An axis that exists, and its size.
fn sized_axis(op: &'static str, x: &Tensor, dim: isize) -> Result<(usize, usize)> {
    let at = axis(op, dim, x.dim())?;
    match x.shape().get(at) {
        Some(&n) => Ok((at, n)),
        None => bail!(op, Shape, "a single number cannot be cut"),
    }
}

fn split_sizes(x: &Tensor, cut: Cut, dim: isize) -> Result<(usize, Vec<usize>)> {
    const OP: &str = "split";
    let (at, n) = sized_axis(OP, x, dim)?;
    Ok((
        at,
        match cut {
            Cut::Number(size) if size < 0 || (size == 0 && n > 0) => {
                bail!(
                    OP,
                    Value,
                    "parts of size {size} do not fill axis {at} of size {n}"
                )
            }
            Cut::Number(_) if n == 0 => vec![0],
            Cut::Number(size) => {
                let size = size as usize;
                (0..n).step_by(size).map(|i| size.min(n - i)).collect()
            }
            Cut::List(list) => {
                let negative = list.iter().any(|&s| s < 0);
                if negative || list.iter().map(|&s| i128::from(s)).sum::<i128>() != n as i128 {
                    bail!(
                        OP,
                        Shape,
                        "parts of sizes {list:?} do not fill axis {at} of size {n}"
                    );
                }
                list.iter().map(|&s| s as usize).collect()
            }
        },
    ))
}

/// The positions of a list, and the end, as in slices: negative ones from the end, all cut off there.
fn ends(list: &[i64], n: usize) -> Vec<usize> {
    let size = n as i64;
    let cut = |&i: &i64| (if i < 0 { i.saturating_add(size) } else { i }).clamp(0, size) as usize;
    list.iter().map(cut).chain([n]).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(tensor_split, |x| x.tensor_split(2, 1), [3, 4]; no scalar);
    gradcheck_test!(
        by_axis,
        |x| [x.hsplit(2), x.vsplit(3), x.dsplit(2)].concat(),
        [3, 4, 2]; no scalar
    );
    gradcheck_test!(split, |x| x.split([1, 3], -1)[1].square(), [3, 4]; no empty, scalar);
    gradcheck_test!(chunk, |x| &x.chunk(2, 1)[0] * &x.chunk(2, 1)[1], [3, 4]; no scalar);
    gradcheck_test!(unbind, |x| x.unbind(0), [3, 4]; no scalar);

    fn sizes(parts: Vec<Tensor>) -> Vec<usize> {
        parts.iter().map(|p| p.shape()[0]).collect()
    }

    #[test]
    fn sizes_are_pytorch_s() {
        let x = Tensor::arange(7);
        assert_eq!(sizes(x.split(3, 0)), [3, 3, 1]);
        assert_eq!(sizes(x.split(9, 0)), [7]);
        assert_eq!(sizes(x.chunk(5, 0)), [2, 2, 2, 1]);
        assert_eq!(sizes(x.tensor_split(3, -1)), [3, 2, 2]);
        assert_eq!(sizes(x.tensor_split(9, 0)), [1, 1, 1, 1, 1, 1, 1, 0, 0]);
        assert_eq!(sizes(x.tensor_split([2, 1, 9], 0)), [2, 0, 6, 0]);
        let nothing = Tensor::zeros([0, 2]);
        assert_eq!(sizes(nothing.split(0, 0)), [0]);
        assert_eq!(sizes(nothing.chunk(3, 0)), [0, 0, 0]);
        assert!(x.split(3, 0)[1].shares_storage(&x));
    }

    #[test]
    #[should_panic(expected = "split: parts of sizes [2, 2] do not fill axis 0 of size 5")]
    fn sizes_must_add_up() {
        let _ = Tensor::arange(5).split([2, 2], 0);
    }

    #[test]
    #[should_panic(expected = "hsplit: 2 parts do not divide axis 1 of size 3")]
    fn named_splits_are_even() {
        let _ = Tensor::zeros([4, 3]).hsplit(2);
    }
}
