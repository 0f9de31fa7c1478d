//! Indexing: parts of a tensor as views, and assignment to them.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::Dims,
};
use std::ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

/// A new axis of size 1; NumPy's `newaxis`, Python's `None`.
#[derive(Clone, Copy, Debug)]
pub struct NewAxis;

/// As many whole axes as are left; Python's `...`.
#[derive(Clone, Copy, Debug)]
pub struct Ellipsis;

/// What picks along one axis.
#[derive(Clone)]
#[non_exhaustive]
pub enum TensorIndex<'a> {
    /// One position; the axis disappears. Negative ones count from the end.
    At(isize),
    /// From, to (exclusive), step. Ends are cut at the size of the axis, as in Python.
    Slice(Option<isize>, Option<isize>, usize),
    /// A new axis of size 1.
    NewAxis,
    /// All axes that the other indices leave.
    Ellipsis,
    /// Positions (`I64`) or a mask (`Bool`) along the axis.
    Tensor(&'a Tensor),
}

macro_rules! index_from {
    ($($t:ty)*) => { $(
        impl From<$t> for TensorIndex<'_> {
            fn from(i: $t) -> Self { TensorIndex::At(i as isize) }
        }
        impl From<Range<$t>> for TensorIndex<'_> {
            fn from(r: Range<$t>) -> Self { TensorIndex::Slice(Some(r.start as isize), Some(r.end as isize), 1) }
        }
        impl From<RangeFrom<$t>> for TensorIndex<'_> {
            fn from(r: RangeFrom<$t>) -> Self { TensorIndex::Slice(Some(r.start as isize), None, 1) }
        }
        impl From<RangeTo<$t>> for TensorIndex<'_> {
            fn from(r: RangeTo<$t>) -> Self { TensorIndex::Slice(None, Some(r.end as isize), 1) }
        }
        impl From<RangeInclusive<$t>> for TensorIndex<'_> {
            fn from(r: RangeInclusive<$t>) -> Self { TensorIndex::Slice(Some(*r.start() as isize), after(*r.end() as isize), 1) }
        }
        impl From<RangeToInclusive<$t>> for TensorIndex<'_> {
            fn from(r: RangeToInclusive<$t>) -> Self { TensorIndex::Slice(None, after(r.end as isize), 1) }
        }
        impl From<std::iter::StepBy<Range<$t>>> for TensorIndex<'_> {
            /// A stepped range says its first element and its step only by being run.
            fn from(r: std::iter::StepBy<Range<$t>>) -> Self {
                let v: Vec<isize> = r.map(|i| i as isize).collect();
                match v[..] {
                    [] => TensorIndex::Slice(Some(0), Some(0), 1),
                    [one] => TensorIndex::Slice(Some(one), after(one), 1),
                    [first, second, ..] => TensorIndex::Slice(Some(first), after(v[v.len() - 1]), (second - first) as usize),
                }
            }
        }
    )* };
}
index_from!(i32 i64 isize usize);

/// The exclusive end after `last`; after -1 there is none.
fn after(last: isize) -> Option<isize> {
    if last == -1 { None } else { Some(last + 1) }
}

impl From<RangeFull> for TensorIndex<'_> {
    fn from(_: RangeFull) -> Self {
        TensorIndex::Slice(None, None, 1)
    }
}

impl From<NewAxis> for TensorIndex<'_> {
    fn from(_: NewAxis) -> Self {
        TensorIndex::NewAxis
    }
}

impl From<Ellipsis> for TensorIndex<'_> {
    fn from(_: Ellipsis) -> Self {
        TensorIndex::Ellipsis
    }
}

impl<'a> From<&'a Tensor> for TensorIndex<'a> {
    fn from(t: &'a Tensor) -> Self {
        TensorIndex::Tensor(t)
    }
}

/// One index, or a tuple of them, for the leading axes.
pub trait Index<'a> {
    /// The indices in order.
    fn list(self) -> Vec<TensorIndex<'a>>;
}

impl<'a, T: Into<TensorIndex<'a>>> Index<'a> for T {
    fn list(self) -> Vec<TensorIndex<'a>> {
        vec![self.into()]
    }
}

impl<'a> Index<'a> for Vec<TensorIndex<'a>> {
    fn list(self) -> Vec<TensorIndex<'a>> {
        self
    }
}

macro_rules! index_tuple {
    ($(($($T:ident $i:tt),*))*) => { $(
        impl<'a, $($T: Into<TensorIndex<'a>>),*> Index<'a> for ($($T,)*) {
            fn list(self) -> Vec<TensorIndex<'a>> { vec![$(self.$i.into()),*] }
        }
    )* };
}
index_tuple!((A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) (A 0, B 1, C 2, D 3, E 4, F 5));

impl Tensor {
    /// The part that `index` picks: integers, ranges, `(0..4).step_by(2)`, `..`, [`Ellipsis`],
    /// [`NewAxis`], tuples of these, or a tensor of positions (`I64`) or truth values (`Bool`)
    /// along one axis. A view, unless tensors pick. Python's `x[index]`.
    ///
    /// # Panics
    /// If there are more indices than axes, or a position is out of range.
    ///
    /// ```
    /// use d2l_core::{NewAxis, Tensor};
    /// let x = Tensor::from([[0, 1, 2], [3, 4, 5]]);
    /// assert_eq!(x.i(1), Tensor::from([3, 4, 5]));
    /// assert_eq!(x.i((.., -1)), Tensor::from([2, 5]));
    /// assert_eq!(x.i((0, 1..)), Tensor::from([1, 2]));
    /// assert_eq!(x.i((.., NewAxis, 0)), Tensor::from([[0], [3]]));
    /// assert_eq!(x.i((.., &Tensor::from([2, 0]))), Tensor::from([[2, 0], [5, 3]]));
    /// ```
    #[track_caller]
    pub fn i<'a>(&self, index: impl Index<'a>) -> Tensor {
        ok!(self.try_i(index.list()))
    }

    fn try_i(&self, list: Vec<TensorIndex<'_>>) -> Result<Tensor> {
        let list = without_ellipsis(self, list)?;
        let (view, picks) = slice(self, &list)?;
        let mut out = recorded(view, self, list.iter().map(own).collect());
        for (axis, pick) in picks {
            let at = if pick.dtype() == DType::Bool {
                positions(pick, &out, axis)?
            } else {
                pick.clone()
            };
            out = out.try_index_select(axis, &at)?;
        }
        Ok(out)
    }

    /// Writes a number or a tensor (broadcast) to the part that `index` picks; `x[index] = value`.
    ///
    /// # Panics
    /// As [`Tensor::i`]; if the value does not broadcast; if the tensor is part of a graph that is
    /// being recorded; for tensors as indices.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([2, 3]);
    /// x.set((0, 1..), 9.0);
    /// assert_eq!(x, Tensor::from([[0.0, 9.0, 9.0], [0.0, 0.0, 0.0]]));
    /// ```
    #[track_caller]
    pub fn set<'a>(&self, index: impl Index<'a>, value: impl IntoOperand) {
        ok!(self.try_set(index.list(), value.operand()));
    }

    fn try_set(&self, list: Vec<TensorIndex<'_>>, value: Operand<'_>) -> Result<()> {
        self.check_in_place("set")?;
        let list = without_ellipsis(self, list)?;
        let (view, picks) = slice(self, &list)?;
        match (picks.as_slice(), value) {
            ([], value) => view.assign("set", value),
            ([(0, mask)], value) if mask.dtype() == DType::Bool && mask.dims() == view.dims() => {
                view.assign_where(mask, value)
            }
            _ => bail!(
                "set",
                Index,
                "only integers, ranges and a mask of the whole shape can be assigned to"
            ),
        }
    }
}

/// The indices with `..` axes written out for an ellipsis, one for each axis.
fn without_ellipsis<'a>(
    x: &Tensor,
    mut list: Vec<TensorIndex<'a>>,
) -> Result<Vec<TensorIndex<'a>>> {
    let whole = TensorIndex::Slice(None, None, 1);
    let used: usize = list.iter().map(consumes).sum();
    if used > x.dim() {
        bail!(
            "i",
            Index,
            "{used} indices for a tensor of {} axes, {:?}",
            x.dim(),
            x.shape()
        );
    }
    let fill = vec![whole; x.dim() - used];
    match list.iter().position(|i| matches!(i, TensorIndex::Ellipsis)) {
        Some(at) => drop(list.splice(at..=at, fill)),
        None => list.extend(fill),
    }
    Ok(list)
}

fn consumes(index: &TensorIndex<'_>) -> usize {
    match index {
        TensorIndex::NewAxis | TensorIndex::Ellipsis => 0,
        TensorIndex::Tensor(t) if t.dtype() == DType::Bool => t.dim(),
        _ => 1,
    }
}

/// The view that integers, ranges and new axes pick, and the tensors still to be applied to it.
fn slice<'a>(x: &Tensor, list: &[TensorIndex<'a>]) -> Result<(Tensor, Vec<(isize, &'a Tensor)>)> {
    let (mut shape, mut strides, mut offset) = (vec![], vec![], x.offset());
    let (mut axis, mut picks) = (0, vec![]);
    for index in list {
        let size = x.shape().get(axis).copied().unwrap_or(1);
        let stride = x.strides().get(axis).copied().unwrap_or(1);
        match *index {
            TensorIndex::At(i) => offset += stride * position(i, size, axis)?,
            TensorIndex::Slice(from, to, step) => {
                let (start, n) = extent(from, to, step, size);
                offset += stride * start;
                shape.push(n);
                strides.push(stride * step);
            }
            TensorIndex::NewAxis => {
                shape.push(1);
                strides.push(1);
            }
            TensorIndex::Ellipsis => bail!("i", Index, "more than one ellipsis"),
            TensorIndex::Tensor(t) => {
                picks.push((shape.len() as isize, t));
                for a in axis..axis + consumes(index) {
                    shape.push(x.shape()[a]);
                    strides.push(x.strides()[a]);
                }
            }
        }
        axis += consumes(index);
    }
    if picks.len() > 1 {
        bail!("i", Index, "more than one tensor as index");
    }
    Ok((
        x.strided(offset, Dims::new(&shape), Dims::new(&strides)),
        picks,
    ))
}

fn position(i: isize, size: usize, axis: usize) -> Result<usize> {
    let at = if i < 0 { i + size as isize } else { i };
    if !(0..size as isize).contains(&at) {
        bail!(
            "i",
            Index,
            "position {i} is out of range for axis {axis} of size {size}"
        );
    }
    Ok(at as usize)
}

/// Start and number of the positions of a slice of an axis.
fn extent(from: Option<isize>, to: Option<isize>, step: usize, size: usize) -> (usize, usize) {
    let n = size as isize;
    let cut = |i: isize| (if i < 0 { i + n } else { i }).clamp(0, n) as usize;
    let (start, end) = (from.map_or(0, cut), to.map_or(size, cut));
    (start, end.saturating_sub(start).div_ceil(step))
}

/// An index without borrowed tensors: those keep their whole axes in the view.
fn own(index: &TensorIndex<'_>) -> TensorIndex<'static> {
    match *index {
        TensorIndex::At(i) => TensorIndex::At(i),
        TensorIndex::Slice(a, b, s) => TensorIndex::Slice(a, b, s),
        TensorIndex::NewAxis => TensorIndex::NewAxis,
        TensorIndex::Ellipsis | TensorIndex::Tensor(_) => TensorIndex::Slice(None, None, 1),
    }
}

/// `view`, recorded as the part of `x` that `list` picks.
fn recorded(view: Tensor, x: &Tensor, list: Vec<TensorIndex<'static>>) -> Tensor {
    let shape = *x.dims();
    view.record("i", [x], move |g, _| [Some(unslice(g, shape, &list))])
}

/// Zeros of `shape` with `g` where `list` picks.
fn unslice(g: &Tensor, shape: Dims, list: &[TensorIndex<'static>]) -> Tensor {
    let pick = |t: &Tensor, list: &[TensorIndex<'static>]| {
        slice(t, list).expect("picked before from this shape").0
    };
    let out = Tensor::filled(shape, 0.0, g.dtype());
    ok!(pick(&out, list).assign("i", Operand::Tensor(&g.detach())));
    let list = list.to_vec();
    out.record("unslice", [g], move |h, _| {
        [Some(recorded(pick(h, &list), h, list.clone()))]
    })
}

/// The positions at which a mask over one axis is true.
fn positions(mask: &Tensor, x: &Tensor, axis: isize) -> Result<Tensor> {
    if mask.dim() != 1 || mask.numel() != x.size(axis) {
        bail!(
            "i",
            Shape,
            "a mask of shape {:?} does not fit axis {axis} of {:?}",
            mask.shape(),
            x.shape()
        );
    }
    let at: Vec<i64> = mask
        .to_vec::<bool>()
        .into_iter()
        .zip(0..)
        .filter(|p| p.0)
        .map(|p| p.1)
        .collect();
    Ok(Tensor::from_vec(at.clone(), at.len()))
}

#[cfg(test)]
mod tests {
    use crate::{Ellipsis, NewAxis, Tensor, testing::gradcheck_test};
    gradcheck_test!(slices, |x| x.i((1.., (0..4).step_by(2))) * 2.0, [3, 4]; no scalar);
    gradcheck_test!(positions, |x| x.i((.., NewAxis, -1)) * 2.0, [3, 4]; no empty, scalar);
    gradcheck_test!(tensors, |x| x.i(&Tensor::from([2, 0, 2])) * 2.0, [3, 4]; no empty, scalar);

    #[test]
    fn python_s_indices_work() {
        let x = Tensor::arange(24).reshape([2, 3, 4]);
        assert_eq!(x.i((Ellipsis, 0)).shape(), [2, 3]);
        assert_eq!(
            x.i((1, .., 1..=2)),
            Tensor::from([[13, 14], [17, 18], [21, 22]])
        );
        assert_eq!(x.i((.., -2..)).shape(), [2, 2, 4]);
        assert_eq!(x.i(5..).shape(), [0, 3, 4]);
        assert_eq!(
            x.i((0, 0, &Tensor::from([true, false, false, true]))),
            Tensor::from([0, 3])
        );
    }

    #[test]
    fn a_view_sees_changes() {
        let x = Tensor::zeros([3]);
        let tail = x.i(1..);
        x.set(2, 5.0);
        assert_eq!(tail, Tensor::from([0.0, 5.0]));
    }

    #[test]
    #[should_panic(expected = "i: position 3 is out of range for axis 1 of size 3")]
    fn a_position_out_of_range_is_named() {
        let _ = Tensor::zeros([2, 3]).i((0, 3));
    }
}
