//! Where values belong in sorted sequences, and which are among given ones.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    ops::walk,
    tensor::stored,
};
use std::cmp::Ordering;

impl Tensor {
    /// For every value the place in this ascending sequence before which it would have to be put, the
    /// first one: `s[i-1] < v <= s[i]`. For several axes the sequences are the rows, and `values` has
    /// as many rows. NaN belongs at the end. The result is `I64`; without gradient.
    ///
    /// # Panics
    /// If `values` is a tensor of another dtype, this tensor is a number, or it has several axes and
    /// `values` has other sizes than it before the last.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let sequence = Tensor::from([1, 3, 5]);
    /// assert_eq!(sequence.searchsorted(Tensor::from([3, 4, 9])), Tensor::from([1, 2, 3]));
    /// assert_eq!(sequence.searchsorted(0), Tensor::from(0));
    /// ```
    #[track_caller]
    pub fn searchsorted(&self, values: impl IntoOperand) -> Tensor {
        ok!(search("searchsorted", self, values.operand(), false))
    }

    /// [`Tensor::searchsorted`] with the last such place: `s[i-1] <= v < s[i]`.
    ///
    /// # Panics
    /// As [`Tensor::searchsorted`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let sequence = Tensor::from([1, 3, 5]);
    /// assert_eq!(sequence.searchsorted_right(Tensor::from([3, 4])), Tensor::from([2, 2]));
    /// ```
    #[track_caller]
    pub fn searchsorted_right(&self, values: impl IntoOperand) -> Tensor {
        ok!(search("searchsorted_right", self, values.operand(), true))
    }

    /// For every element the number of its bucket: the first `i` with `boundaries[i-1] < x <=
    /// boundaries[i]`, for ascending 1-d `boundaries`. The result is `I64`; without gradient.
    ///
    /// # Panics
    /// If `boundaries` does not have one axis, or has another dtype.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[3, 6], [9, 0]]);
    /// assert_eq!(x.bucketize(&Tensor::from([1, 3, 5, 7])), Tensor::from([[1, 3], [4, 0]]));
    /// ```
    #[track_caller]
    pub fn bucketize(&self, boundaries: &Tensor) -> Tensor {
        ok!(buckets("bucketize", self, boundaries, false))
    }

    /// [`Tensor::bucketize`] with boundaries that belong to the bucket below: `boundaries[i-1] <= x <
    /// boundaries[i]`.
    ///
    /// # Panics
    /// If `boundaries` does not have one axis, or has another dtype.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([3, 6]).bucketize_right(&Tensor::from([1, 3, 5])), Tensor::from([2, 3]));
    /// ```
    #[track_caller]
    pub fn bucketize_right(&self, boundaries: &Tensor) -> Tensor {
        ok!(buckets("bucketize_right", self, boundaries, true))
    }

    /// True where the element is one of `values`, a number or a tensor. NaN is none of any.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(x.isin(Tensor::from([2, 3])), Tensor::from([[false, true], [true, false]]));
    /// ```
    pub fn isin(&self, values: impl IntoOperand) -> Tensor {
        let (x, values) = alike(self, values.operand());
        let sorted = values.reshape(-1).sort(0).0;
        stored!(x.dtype(), T => {
            let sorted = sorted.read::<T>();
            let sorted = &*sorted;
            walk::map::<T, u8>(&x, DType::Bool, |v| {
                let at = sorted.partition_point(|&s| s < v);
                u8::from(sorted.get(at) == Some(&v))
            })
        })
    }
}

/// Both, without gradient, in the dtype that they are compared in.
fn alike(x: &Tensor, other: Operand<'_>) -> (Tensor, Tensor) {
    let other = match other {
        Operand::Tensor(t) => t.detach(),
        Operand::Int(v) => Tensor::from(v),
        Operand::Float(v) => Tensor::from(v).to_dtype(x.dtype().promote(DType::F32)),
    };
    let dtype = x.dtype().promote(other.dtype());
    (x.detach().to_dtype(dtype), other.to_dtype(dtype))
}

fn check_alike(op: &'static str, x: &Tensor, other: &Tensor) -> Result<()> {
    if x.dtype() != other.dtype() {
        bail!(
            op,
            DType,
            "values of {} do not fit a sequence of {} (convert with `to_dtype`)",
            other.dtype(),
            x.dtype()
        );
    }
    Ok(())
}

fn buckets(op: &'static str, x: &Tensor, boundaries: &Tensor, right: bool) -> Result<Tensor> {
    if boundaries.dim() != 1 {
        bail!(
            op,
            Shape,
            "boundaries have one axis, not {:?}",
            boundaries.shape()
        );
    }
    search(op, boundaries, Operand::Tensor(x), right)
}

fn search(op: &'static str, sequence: &Tensor, values: Operand<'_>, right: bool) -> Result<Tensor> {
    if let Operand::Tensor(v) = values {
        check_alike(op, sequence, v)?;
    }
    let (sequence, values) = alike(sequence, values);
    let (s, v) = (sequence.shape(), values.shape());
    let rows_fit = match s.len() {
        0 => false,
        1 => true,
        d => v.len() == d && v[..d - 1] == s[..d - 1],
    };
    if !rows_fit {
        bail!(op, Shape, "values {v:?} do not fit sequences {s:?}");
    }
    let n = s[s.len() - 1];
    let m = if s.len() == 1 {
        values.numel()
    } else {
        v[v.len() - 1]
    };
    let (sequence, values) = (sequence.contiguous_raw(), values.contiguous_raw());
    Ok(
        stored!(values.dtype(), T => Tensor::build::<i64>(DType::I64, *values.dims(), |out| {
            let (sequence, values) = (sequence.read::<T>(), values.read::<T>());
            for (at, (o, v)) in out.iter_mut().zip(&*values).enumerate() {
                let row = &sequence[at / m * n..][..n];
                // No comparison holds for NaN, which so comes last.
                let after = |s: &T| match s.partial_cmp(v) {
                    Some(Ordering::Greater) => true,
                    Some(Ordering::Equal) => !right,
                    _ => false,
                };
                *o = row.partition_point(|s| !after(s)) as i64;
            }
        })),
    )
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn rows_are_searched_in_their_own_sequence() {
        let sequences = Tensor::from([[1, 3, 5], [2, 4, 6]]);
        let values = Tensor::from([[3, 6], [3, 6]]);
        assert_eq!(
            sequences.searchsorted(&values),
            Tensor::from([[1, 3], [1, 2]])
        );
    }

    #[test]
    fn nan_belongs_at_the_end_and_is_none_of_any() {
        let x = Tensor::from([f32::NAN, 1.0]);
        assert_eq!(x.bucketize(&Tensor::from([0.0, 1.0])), Tensor::from([2, 1]));
        assert_eq!(x.isin(&x), Tensor::from([false, true]));
        assert_eq!(x.isin(Tensor::zeros([0])), Tensor::from([false, false]));
    }

    #[test]
    fn numbers_of_different_types_are_compared_as_the_wider() {
        let x = Tensor::from([1, 2]);
        assert_eq!(x.isin(1.5), Tensor::from([false, false]));
        assert_eq!(x.searchsorted(1.5), Tensor::from(1));
    }

    #[test]
    #[should_panic(expected = "bucketize: values of i64 do not fit a sequence of f32")]
    fn tensors_of_different_types_are_refused() {
        let _ = Tensor::from([1, 2]).bucketize(&Tensor::from([1.5]));
    }

    #[test]
    #[should_panic(expected = "searchsorted: values [] do not fit sequences []")]
    fn a_number_is_no_sequence() {
        let _ = Tensor::from(1).searchsorted(1);
    }

    #[test]
    #[should_panic(expected = "searchsorted: values [3, 2] do not fit sequences [2, 3]")]
    fn other_rows_are_refused() {
        let _ = Tensor::zeros([2, 3]).searchsorted(Tensor::zeros([3, 2]));
    }
}
