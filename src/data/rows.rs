//! Which rows of a tensor: all, a range, or a list.

use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo};

use d2l_core::Tensor;

/// A choice of rows: `..`, `0..100`, `100..`, a slice or a `Vec` of row numbers.
pub trait Rows {
    /// The chosen rows of each tensor, in the order of the choice.
    ///
    /// # Panics
    /// When a row does not exist.
    fn of(&self, tensor: &Tensor) -> Tensor;
}

macro_rules! ranges {
    ($($range:ty: |$r:ident, $n:ident| $resolved:expr;)*) => { $(
        impl Rows for $range {
            #[track_caller]
            fn of(&self, tensor: &Tensor) -> Tensor {
                let ($r, $n) = (self, tensor.shape()[0]);
                slice(tensor, $resolved)
            }
        }
    )* };
}
ranges! {
    RangeFull: |_r, n| 0..n;
    Range<usize>: |r, _n| r.clone();
    RangeFrom<usize>: |r, n| r.start..n;
    RangeTo<usize>: |r, _n| 0..r.end;
    RangeInclusive<usize>: |r, _n| *r.start()..*r.end() + 1;
}

#[track_caller]
fn slice(tensor: &Tensor, rows: Range<usize>) -> Tensor {
    let n = tensor.shape()[0];
    let exist = rows.start <= rows.end && rows.end <= n;
    assert!(
        exist,
        "rows {}..{} do not exist: the data has {n}",
        rows.start, rows.end
    );
    tensor.i(rows)
}

impl Rows for [usize] {
    #[track_caller]
    fn of(&self, tensor: &Tensor) -> Tensor {
        let n = tensor.shape()[0];
        if let Some(row) = self.iter().find(|&&row| row >= n) {
            panic!("row {row} does not exist: the data has {n}");
        }
        tensor.index_select(0, &index(self))
    }
}

impl<const N: usize> Rows for [usize; N] {
    #[track_caller]
    fn of(&self, tensor: &Tensor) -> Tensor {
        self[..].of(tensor)
    }
}

impl Rows for Vec<usize> {
    #[track_caller]
    fn of(&self, tensor: &Tensor) -> Tensor {
        self[..].of(tensor)
    }
}

impl<R: Rows + ?Sized> Rows for &R {
    #[track_caller]
    fn of(&self, tensor: &Tensor) -> Tensor {
        (**self).of(tensor)
    }
}

/// Row numbers as a tensor.
pub(super) fn index(rows: &[usize]) -> Tensor {
    Tensor::from_vec(rows.iter().map(|&row| row as i64).collect(), [rows.len()])
}
