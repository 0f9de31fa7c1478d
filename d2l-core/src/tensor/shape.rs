//! Sizes and strides, and what may be written where a shape is expected.
use crate::error::{Result, bail};
use std::{fmt, ops::Deref};

/// Tensors have at most this many axes.
pub const MAX_DIM: usize = 8;

/// A short list of sizes, kept in place.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dims {
    len: u8,
    sizes: [usize; MAX_DIM],
}

impl Dims {
    /// # Panics
    /// Beyond [`MAX_DIM`] axes.
    #[track_caller]
    pub(crate) fn new(sizes: &[usize]) -> Dims {
        assert!(
            sizes.len() <= MAX_DIM,
            "tensor: {} axes, but at most {MAX_DIM} are supported",
            sizes.len()
        );
        let mut d = Dims {
            len: sizes.len() as u8,
            sizes: [0; MAX_DIM],
        };
        d.sizes[..sizes.len()].copy_from_slice(sizes);
        d
    }

    /// The strides of a contiguous tensor of this shape.
    pub(crate) fn strides(&self) -> Dims {
        let mut out = *self;
        let mut step = 1;
        for (stride, &size) in out.sizes[..self.len()].iter_mut().zip(self.iter()).rev() {
            *stride = step;
            step *= size.max(1);
        }
        out
    }

    /// This shape with at least one axis.
    pub(crate) fn lifted(&self) -> Dims {
        if self.is_empty() {
            self.insert(0, 1)
        } else {
            *self
        }
    }

    /// Number of elements.
    pub(crate) fn numel(&self) -> usize {
        self.iter().product()
    }

    /// # Panics
    /// Beyond [`MAX_DIM`] axes.
    #[track_caller]
    pub(crate) fn insert(&self, at: usize, size: usize) -> Dims {
        let n = self.len();
        assert!(
            n < MAX_DIM,
            "tensor: {} axes, but at most {MAX_DIM} are supported",
            n + 1
        );
        let mut out = *self;
        out.len += 1;
        out.copy_within(at..n, at + 1);
        out[at] = size;
        out
    }

    pub(crate) fn remove(&self, at: usize) -> Dims {
        let mut out = *self;
        out.copy_within(at + 1.., at);
        out.len -= 1;
        out.sizes[out.len as usize] = 0;
        out
    }

    pub(crate) fn with(mut self, at: usize, size: usize) -> Dims {
        self[at] = size;
        self
    }
}

impl Deref for Dims {
    type Target = [usize];
    fn deref(&self) -> &[usize] {
        &self.sizes[..self.len as usize]
    }
}

impl std::ops::DerefMut for Dims {
    fn deref_mut(&mut self) -> &mut [usize] {
        &mut self.sizes[..self.len as usize]
    }
}

impl fmt::Debug for Dims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// The number of elements of `shape`.
///
/// # Errors
/// If it does not fit into memory.
pub(crate) fn checked_numel(op: &'static str, shape: &[usize]) -> Result<usize> {
    let n = shape.iter().try_fold(1usize, |n, &s| n.checked_mul(s));
    match n.filter(|&n| n <= isize::MAX as usize / 8) {
        Some(n) => Ok(n),
        None => bail!(
            op,
            Shape,
            "{shape:?} has more elements than fit into memory"
        ),
    }
}

/// What reads as a shape or a list of axes: `3`, `(3, 4)`, `[3, 4]`, `&[3, 4]`, `x.shape()`, a `Vec`.
/// Negative entries mean what they mean in PyTorch at that place.
pub trait IntoShape {
    /// The entries as written.
    fn entries(&self) -> ([isize; MAX_DIM], usize);
}

macro_rules! into_shape {
    ($($t:ty)*) => { $(
        impl IntoShape for $t {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(std::slice::from_ref(self)) }
        }
        impl<const N: usize> IntoShape for [$t; N] {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(self) }
        }
        impl<const N: usize> IntoShape for &[$t; N] {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(*self) }
        }
        impl IntoShape for &[$t] {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(self) }
        }
        impl IntoShape for Vec<$t> {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(self) }
        }
        impl IntoShape for &Vec<$t> {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(self) }
        }
        impl IntoShape for ($t, $t) {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(&[self.0, self.1]) }
        }
        impl IntoShape for ($t, $t, $t) {
            fn entries(&self) -> ([isize; MAX_DIM], usize) { list(&[self.0, self.1, self.2]) }
        }
        impl IntoShape for ($t, $t, $t, $t) {
            fn entries(&self) -> ([isize; MAX_DIM], usize) {
                list(&[self.0, self.1, self.2, self.3])
            }
        }
    )* };
}
into_shape!(i32 i64 isize usize);

/// An integer of any type, as a position along an axis; negative ones count from the end.
pub trait Position: Copy {
    /// As the widest such type.
    fn position(self) -> isize;
}

macro_rules! position {
    ($($t:ty)*) => { $(
        impl Position for $t {
            // What does not fit is behind every end.
            fn position(self) -> isize { isize::try_from(self).unwrap_or(isize::MAX) }
        }
    )* };
}
position!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

#[track_caller]
fn list<T: Position>(v: &[T]) -> ([isize; MAX_DIM], usize) {
    assert!(
        v.len() <= MAX_DIM,
        "shape: {} axes, but at most {MAX_DIM} are supported",
        v.len()
    );
    let mut out = [0; MAX_DIM];
    out.iter_mut().zip(v).for_each(|(o, x)| *o = x.position());
    (out, v.len())
}

impl IntoShape for Dims {
    fn entries(&self) -> ([isize; MAX_DIM], usize) {
        list(self)
    }
}

/// A complete shape: no negative size.
pub(crate) fn sizes(op: &'static str, shape: &dyn IntoShape) -> Result<Dims> {
    let (entries, n) = shape.entries();
    let entries = &entries[..n];
    if let Some(bad) = entries.iter().find(|&&e| e < 0) {
        bail!(op, Shape, "size {bad} in {entries:?} is negative");
    }
    let mut out = Dims::new(&[0; MAX_DIM][..n]);
    out.iter_mut()
        .zip(entries)
        .for_each(|(o, &e)| *o = e as usize);
    checked_numel(op, &out)?;
    Ok(out)
}

/// Axis `axis` of a tensor with `dim` axes; negative ones count from the end. A 0-d tensor is
/// taken as having one axis, as in PyTorch.
pub(crate) fn axis(op: &'static str, axis: isize, dim: usize) -> Result<usize> {
    let n = dim.max(1) as isize;
    if !(-n..n).contains(&axis) {
        bail!(
            op,
            Index,
            "axis {axis} is out of range for a tensor of {dim} axes"
        );
    }
    Ok(if axis < 0 {
        (axis + n) as usize
    } else {
        axis as usize
    })
}

/// Several axes, sorted, without repetition; none given means all.
pub(crate) fn axes(op: &'static str, list: &dyn IntoShape, dim: usize) -> Result<Vec<usize>> {
    let (entries, n) = list.entries();
    let mut out = entries[..n]
        .iter()
        .map(|&a| axis(op, a, dim))
        .collect::<Result<Vec<_>>>()?;
    out.sort_unstable();
    if out.windows(2).any(|w| w[0] == w[1]) {
        bail!(op, Index, "an axis appears twice in {:?}", &entries[..n]);
    }
    Ok(if n == 0 { (0..dim).collect() } else { out })
}

/// The shape two operands are broadcast to: aligned at the last axis, sizes equal or one.
pub(crate) fn broadcast(op: &'static str, a: &Dims, b: &Dims) -> Result<Dims> {
    if a == b {
        return Ok(*a);
    }
    let (long, short) = if a.len() >= b.len() { (a, b) } else { (b, a) };
    let mut out = *long;
    let skip = long.len() - short.len();
    for (i, &s) in short.iter().enumerate() {
        let o = &mut out[skip + i];
        if *o != s && *o != 1 && s != 1 {
            bail!(
                op,
                Shape,
                "{a:?} and {b:?} do not broadcast: sizes {} and {} differ at axis {}",
                *o,
                s,
                skip + i
            );
        }
        if *o == 1 {
            *o = s;
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_broadcast_from_the_last_axis() {
        let b = |a: &[usize], b: &[usize]| broadcast("add", &Dims::new(a), &Dims::new(b));
        assert_eq!(&*b(&[3, 1], &[4]).unwrap(), [3, 4]);
        assert_eq!(&*b(&[2, 0], &[1]).unwrap(), [2, 0]);
        assert_eq!(
            b(&[2, 3], &[2]).unwrap_err().to_string(),
            "add: [2, 3] and [2] do not broadcast: sizes 3 and 2 differ at axis 1"
        );
    }

    #[test]
    fn a_size_that_overflows_is_an_error() {
        assert!(sizes("zeros", &[usize::MAX / 2, 3]).is_err());
        assert!(sizes("zeros", &[-1]).is_err());
    }
}
