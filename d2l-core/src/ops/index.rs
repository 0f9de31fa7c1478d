//! What may be written where an index is expected, and what it means for each axis.
use crate::{
    DType, Element, Position, Tensor,
    error::{Result, bail},
    tensor::Dims,
};
use std::{
    iter::StepBy,
    ops::{Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive},
};

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
    /// Positions (`I64`), or a mask (`Bool`) over as many axes as it has.
    Tensor(&'a Tensor),
    /// The same, written as a list.
    List(Tensor),
}

impl TensorIndex<'_> {
    /// The positions or the mask.
    pub(crate) fn tensor(&self) -> Option<&Tensor> {
        match self {
            TensorIndex::Tensor(t) => Some(t),
            TensorIndex::List(t) => Some(t),
            _ => None,
        }
    }
}

/// One index, or several (a tuple, a `Vec` of [`TensorIndex`]) for the leading axes.
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

impl<'a> Index<'a> for &[&'a Tensor] {
    fn list(self) -> Vec<TensorIndex<'a>> {
        self.iter().map(|&t| t.into()).collect()
    }
}

macro_rules! index_tuple {
    ($(($($T:ident $i:tt),*))*) => { $(
        impl<'a, $($T: Into<TensorIndex<'a>>),*> Index<'a> for ($($T,)*) {
            fn list(self) -> Vec<TensorIndex<'a>> { vec![$(self.$i.into()),*] }
        }
    )* };
}
index_tuple!(
    (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5) (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
);

macro_rules! from_integers {
    ($($t:ty)*) => { $(
        impl From<$t> for TensorIndex<'_> {
            fn from(i: $t) -> Self { TensorIndex::At(i.position()) }
        }
        impl From<Range<$t>> for TensorIndex<'_> {
            fn from(r: Range<$t>) -> Self { run(Some(r.start), Some(r.end.position())) }
        }
        impl From<RangeFrom<$t>> for TensorIndex<'_> {
            fn from(r: RangeFrom<$t>) -> Self { run(Some(r.start), None) }
        }
        impl From<RangeTo<$t>> for TensorIndex<'_> {
            fn from(r: RangeTo<$t>) -> Self { run(None::<$t>, Some(r.end.position())) }
        }
        impl From<RangeInclusive<$t>> for TensorIndex<'_> {
            fn from(r: RangeInclusive<$t>) -> Self { run(Some(*r.start()), after(*r.end())) }
        }
        impl From<RangeToInclusive<$t>> for TensorIndex<'_> {
            fn from(r: RangeToInclusive<$t>) -> Self { run(None::<$t>, after(r.end)) }
        }
        impl From<StepBy<Range<$t>>> for TensorIndex<'_> {
            fn from(r: StepBy<Range<$t>>) -> Self { steps(r) }
        }
        impl From<StepBy<RangeInclusive<$t>>> for TensorIndex<'_> {
            fn from(r: StepBy<RangeInclusive<$t>>) -> Self { steps(r) }
        }
        impl From<StepBy<RangeFrom<$t>>> for TensorIndex<'_> {
            fn from(mut r: StepBy<RangeFrom<$t>>) -> Self {
                let (first, second) = (r.next().map(Position::position), r.next().map(Position::position));
                TensorIndex::Slice(first, None, step(first, second))
            }
        }
    )* };
}
from_integers!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

fn run<T: Position>(from: Option<T>, to: Option<isize>) -> TensorIndex<'static> {
    TensorIndex::Slice(from.map(T::position), to, 1)
}

/// The exclusive end after `last`; after -1 there is none.
fn after<T: Position>(last: T) -> Option<isize> {
    match last.position() {
        -1 => None,
        last => Some(last.saturating_add(1)),
    }
}

/// A stepped range says its first element and its step only by being run.
fn steps<T: Position>(mut range: impl Iterator<Item = T>) -> TensorIndex<'static> {
    let rest = range.size_hint().0;
    let Some(first) = range.next().map(T::position) else {
        return TensorIndex::Slice(Some(0), Some(0), 1);
    };
    let by = step(Some(first), range.next().map(T::position));
    let last = first.saturating_add((rest - 1).saturating_mul(by) as isize);
    TensorIndex::Slice(Some(first), after(last), by)
}

fn step(first: Option<isize>, second: Option<isize>) -> usize {
    match (first, second) {
        (Some(a), Some(b)) => b.abs_diff(a),
        _ => 1,
    }
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

impl From<Tensor> for TensorIndex<'_> {
    fn from(t: Tensor) -> Self {
        TensorIndex::List(t)
    }
}

macro_rules! from_lists {
    ($($t:ty)*) => { $(
        impl<const N: usize> From<[$t; N]> for TensorIndex<'_> {
            fn from(list: [$t; N]) -> Self { listed(&list) }
        }
        impl<const N: usize> From<&[$t; N]> for TensorIndex<'_> {
            fn from(list: &[$t; N]) -> Self { listed(list) }
        }
        impl From<&[$t]> for TensorIndex<'_> {
            fn from(list: &[$t]) -> Self { listed(list) }
        }
        impl From<Vec<$t>> for TensorIndex<'_> {
            fn from(list: Vec<$t>) -> Self { listed(&list) }
        }
        impl From<&Vec<$t>> for TensorIndex<'_> {
            fn from(list: &Vec<$t>) -> Self { listed(list) }
        }
    )* };
}
from_lists!(i32 i64 usize bool);

fn listed<T: Element>(list: &[T]) -> TensorIndex<'static> {
    TensorIndex::List(Tensor::from_vec(list.to_vec(), list.len()))
}

/// What happens to one axis.
#[derive(Clone, Copy)]
pub(crate) enum Step {
    At(usize),
    /// Start, number, step.
    Run(usize, usize, usize),
    New,
}

/// The list with whole axes instead of an ellipsis, one index for each axis.
pub(crate) fn complete<'a>(
    op: &'static str,
    x: &Tensor,
    mut list: Vec<TensorIndex<'a>>,
) -> Result<Vec<TensorIndex<'a>>> {
    let used: usize = list.iter().map(consumes).sum();
    if used > x.dim() {
        bail!(
            op,
            Index,
            "{used} indices for a tensor of {} axes, {:?}",
            x.dim(),
            x.shape()
        );
    }
    let fill = vec![TensorIndex::Slice(None, None, 1); x.dim() - used];
    let ellipsis = |i: &TensorIndex<'_>| matches!(i, TensorIndex::Ellipsis);
    for index in &mut list {
        // A position without axes is a number.
        let number = |t: &&Tensor| t.dtype() == DType::I64 && t.dim() == 0;
        if let Some(at) = index.tensor().filter(number).map(Tensor::item) {
            *index = TensorIndex::At(at as isize);
        }
    }
    match list.iter().position(ellipsis) {
        Some(at) => drop(list.splice(at..=at, fill)),
        None => list.extend(fill),
    }
    if list.iter().any(ellipsis) {
        bail!(op, Index, "more than one ellipsis");
    }
    Ok(list)
}

/// How many axes an index is for.
fn consumes(index: &TensorIndex<'_>) -> usize {
    match (index, index.tensor()) {
        (TensorIndex::NewAxis | TensorIndex::Ellipsis, _) => 0,
        (_, Some(t)) if t.dtype() == DType::Bool => t.dim(),
        _ => 1,
    }
}

pub(crate) fn axis_steps(
    op: &'static str,
    index: &TensorIndex<'_>,
    axis: usize,
    size: usize,
) -> Result<Vec<Step>> {
    Ok(match index {
        TensorIndex::At(i) => vec![Step::At(position(op, *i, size, axis)?)],
        TensorIndex::Slice(.., 0) => bail!(op, Value, "the step of a slice is at least 1"),
        TensorIndex::Slice(from, to, by) => {
            let (start, n) = extent(*from, *to, *by, size);
            vec![Step::Run(start, n, *by)]
        }
        TensorIndex::Tensor(t) => of_tensor(t, size),
        TensorIndex::List(t) => of_tensor(t, size),
        TensorIndex::NewAxis | TensorIndex::Ellipsis => vec![Step::New],
    })
}

/// The axes that a tensor picks from stay whole; a single bool picks from a new one.
fn of_tensor(t: &Tensor, size: usize) -> Vec<Step> {
    match (t.dtype(), t.dim()) {
        (DType::Bool, 0) => vec![Step::New],
        (DType::Bool, _) => t.shape().iter().map(|&n| Step::Run(0, n, 1)).collect(),
        _ => vec![Step::Run(0, size, 1)],
    }
}

fn position(op: &'static str, i: isize, size: usize, axis: usize) -> Result<usize> {
    let at = if i < 0 { i + size as isize } else { i };
    if !(0..size as isize).contains(&at) {
        bail!(
            op,
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

/// The view made of one step after the other.
pub(crate) fn cut(x: &Tensor, steps: &[Step]) -> Tensor {
    let (mut shape, mut strides, mut offset) = (Vec::new(), Vec::new(), x.offset());
    let mut axes = x.strides().iter();
    let mut stride = || axes.next().expect("one step for each axis");
    for step in steps {
        match *step {
            Step::At(i) => offset += stride() * i,
            Step::New => {
                shape.push(1);
                strides.push(1);
            }
            Step::Run(start, n, by) => {
                let stride = stride();
                offset += stride * start;
                shape.push(n);
                strides.push(stride * by);
            }
        }
    }
    x.strided(offset, Dims::new(&shape), Dims::new(&strides))
}
