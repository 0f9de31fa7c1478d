//! Indexing: parts of a tensor.
use super::{
    index::{Index, Step, TensorIndex, axis_steps, complete, cut},
    view::part,
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, broadcast},
};

impl Tensor {
    /// The part that `index` picks; Python's `x[index]`. An index is
    ///
    /// - an integer (negative ones count from the end): the axis disappears;
    /// - a range, also stepped as `(0..4).step_by(2)`; ends are cut at the size, and negative ones
    ///   count from the end. (An empty Rust range such as `(1..-1).step_by(2)` has forgotten its
    ///   end: it picks nothing. [`TensorIndex::Slice`] takes any end.)
    /// - [`NewAxis`](crate::NewAxis), and [`Ellipsis`](crate::Ellipsis) for all axes that are left;
    /// - positions: an `I64` tensor of any shape, a list `[0, 2]`, a `Vec`;
    /// - a mask: a `Bool` tensor over as many axes as it has, or a list of bools;
    /// - a tuple of these, or a `Vec` of [`TensorIndex`].
    ///
    /// The result is a view unless positions or masks pick. Several of them broadcast and pick
    /// together: `x.i((&rows, &columns))` are single elements. Their common shape takes the place
    /// of the axes that they pick from, or comes first if those are not side by side.
    ///
    /// # Panics
    /// If there are more indices than axes, a position is out of range, or shapes of tensors do not
    /// fit.
    ///
    /// ```
    /// use d2l_core::{NewAxis, Tensor};
    /// let x = Tensor::from([[0, 1, 2], [3, 4, 5]]);
    /// assert_eq!(x.i(1), Tensor::from([3, 4, 5]));
    /// assert_eq!(x.i((.., -1)), Tensor::from([2, 5]));
    /// assert_eq!(x.i((0, 1..)), Tensor::from([1, 2]));
    /// assert_eq!(x.i((.., NewAxis, 0)), Tensor::from([[0], [3]]));
    /// assert_eq!(x.i((.., [2, 0])), Tensor::from([[2, 0], [5, 3]]));
    /// assert_eq!(x.i(([0, 1, 1], [0, 0, 2])), Tensor::from([0, 3, 5]));
    /// assert_eq!(x.i(&x.gt(3)), Tensor::from([4, 5]));
    /// ```
    #[track_caller]
    pub fn i<'a>(&self, index: impl Index<'a>) -> Tensor {
        ok!(self.try_i(index.list()))
    }

    fn try_i(&self, list: Vec<TensorIndex<'_>>) -> Result<Tensor> {
        let Picked { view, plan } = self.picked("i", list)?;
        let Some(plan) = plan else { return Ok(view) };
        let x = plan.ordered(&view).reshape(plan.merged());
        Ok(x.rows(plan.at, &plan.rows).reshape(plan.result()))
    }

    /// The view that integers, ranges and new axes pick, and the positions still to be applied to it.
    pub(crate) fn picked(&self, op: &'static str, list: Vec<TensorIndex<'_>>) -> Result<Picked> {
        let list = complete(op, self, list)?;
        let (mut steps, mut picks, mut axis, mut to) = (Vec::new(), Vec::new(), 0, 0);
        for index in &list {
            let size = self.shape().get(axis).copied().unwrap_or(1);
            if let Some(t) = index.tensor() {
                picks.push(pick(op, t, self, axis, to)?);
            }
            let new = axis_steps(op, index, axis, size)?;
            to += new.iter().filter(|s| !matches!(s, Step::At(_))).count();
            axis += new.iter().filter(|s| !matches!(s, Step::New)).count();
            steps.extend(new);
        }
        let view = self.cut(steps);
        let plan = match picks[..] {
            [] => None,
            _ => Some(Plan::new(op, &view, &picks)?),
        };
        Ok(Picked { view, plan })
    }

    /// A view made of one step after the other.
    fn cut(&self, steps: Vec<Step>) -> Tensor {
        let whole = |(s, &n): (&Step, &usize)| matches!(*s, Step::Run(0, len, 1) if len == n);
        if steps.len() == self.dim() && steps.iter().zip(self.shape()).all(whole) {
            return self.clone();
        }
        part(self, "i", move |x| cut(x, &steps))
    }
}

/// What an index picks.
pub(crate) struct Picked {
    view: Tensor,
    plan: Option<Plan>,
}

impl Picked {
    /// The shape of what is picked.
    pub(crate) fn shape(&self) -> Dims {
        self.plan.as_ref().map_or(*self.view.dims(), Plan::result)
    }

    /// Writes values of this shape to the place that is picked, or adds them there.
    pub(crate) fn write(&self, op: &'static str, value: &Tensor, add: bool) -> Result<()> {
        match &self.plan {
            Some(plan) => plan.write(op, &self.view, value, add),
            None if add => self.view.update(op, &[value], &|x| x + value),
            None => self.view.assign(op, value.into()),
        }
    }
}

/// Positions along some axes of a view, counted over all of them.
struct Pick {
    at: usize,
    axes: usize,
    positions: Tensor,
}

/// What a tensor picks from axis `axis` on, which is axis `at` of the view.
fn pick(op: &'static str, t: &Tensor, x: &Tensor, axis: usize, at: usize) -> Result<Pick> {
    if t.dtype() != DType::Bool {
        let positions = t.positions(op, Some(axis), x.shape()[axis])?;
        return Ok(Pick {
            at,
            axes: 1,
            positions,
        });
    }
    let covered = &x.shape()[axis..axis + t.dim()];
    if t.shape() != covered {
        bail!(
            op,
            Shape,
            "a mask of shape {:?} does not fit {covered:?} in {:?}",
            t.shape(),
            x.shape()
        );
    }
    Ok(Pick {
        at,
        axes: t.dim().max(1),
        positions: t.true_positions(op)?,
    })
}

/// How positions along several axes become rows along one.
struct Plan {
    /// The order of the axes in which those picked from are side by side.
    order: Vec<isize>,
    /// The shape in that order.
    shape: Dims,
    /// The first axis picked from, and their number.
    at: usize,
    count: usize,
    /// The common shape of the positions.
    places: Dims,
    /// Numbers of rows, counted over all axes picked from.
    rows: Tensor,
}

impl Plan {
    fn new(op: &'static str, view: &Tensor, picks: &[Pick]) -> Result<Plan> {
        let start = Dims::new(&[]);
        let places = picks
            .iter()
            .try_fold(start, |all, p| broadcast(op, &all, p.positions.dims()))?;
        let side_by_side = picks.windows(2).all(|w| w[0].at + w[0].axes == w[1].at);
        let from: Vec<usize> = picks.iter().flat_map(|p| p.at..p.at + p.axes).collect();
        let at = if side_by_side { from[0] } else { 0 };
        let mut order: Vec<usize> = (0..view.dim()).filter(|a| !from.contains(a)).collect();
        order.splice(at..at, from.iter().copied());
        let sizes: Vec<usize> = order.iter().map(|&a| view.shape()[a]).collect();
        let row = |rows: Option<Tensor>, p: &Pick| {
            let next = p.positions.expand(places);
            let size: usize = view.shape()[p.at..][..p.axes].iter().product();
            Some(match rows {
                Some(rows) => rows * size + next,
                None => next,
            })
        };
        let rows = picks.iter().fold(None, row).expect("at least one pick");
        Ok(Plan {
            order: order.iter().map(|&a| a as isize).collect(),
            shape: Dims::new(&sizes),
            at,
            count: from.len(),
            places,
            rows: rows.reshape(-1).contiguous(),
        })
    }

    /// The sizes with `middle` in place of the axes picked from.
    fn around(&self, middle: &[usize]) -> Dims {
        let (before, after) = (&self.shape[..self.at], &self.shape[self.at + self.count..]);
        Dims::new(&[before, middle, after].concat())
    }

    /// The axes picked from as one.
    fn merged(&self) -> Dims {
        self.around(&[self.shape[self.at..][..self.count].iter().product()])
    }

    fn result(&self) -> Dims {
        self.around(&self.places)
    }

    fn ordered(&self, view: &Tensor) -> Tensor {
        if self.order.is_sorted() {
            view.clone()
        } else {
            view.permute(&self.order)
        }
    }

    fn write(&self, op: &'static str, view: &Tensor, value: &Tensor, add: bool) -> Result<()> {
        let value = value.to_dtype(view.dtype()).expand(self.result());
        let value = value.reshape(self.around(&[self.rows.numel()]));
        self.ordered(view).in_order(op, |x| {
            x.reshape(self.merged())
                .put_rows(op, self.at, &self.rows, &value, add);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Ellipsis, NewAxis, Tensor, TensorIndex, testing::gradcheck_test};
    gradcheck_test!(slices, |x| x.i((1.., (0..4).step_by(2))) * 2.0, [3, 4]; no scalar);
    gradcheck_test!(positions, |x| x.i((.., NewAxis, -1)) * 2.0, [3, 4]; no empty, scalar);
    gradcheck_test!(tensors, |x| x.i(Tensor::from([2, 0, 2])) * 2.0, [3, 4]; no empty, scalar);
    gradcheck_test!(
        pairs,
        |x| x.i((&Tensor::from([[0, 1], [1, 1]]), .., [0, -1])) * 2.0,
        [2, 3, 2]; no empty, scalar);
    gradcheck_test!(masks, |x| x.i(x.gt(x.mean())) * 2.0, [3, 4]);

    fn cube() -> Tensor {
        Tensor::arange(24).reshape([2, 3, 4])
    }

    #[test]
    fn python_s_indices_work() {
        let x = cube();
        assert_eq!(x.i((Ellipsis, 0)).shape(), [2, 3]);
        let part = Tensor::from([[13, 14], [17, 18], [21, 22]]);
        assert_eq!(x.i((1, .., 1..=2)), part);
        assert_eq!(x.i((.., -2..)).shape(), [2, 2, 4]);
        assert_eq!(x.i(5..).shape(), [0, 3, 4]);
        assert_eq!(x.i((.., 1..3, -1, NewAxis)).shape(), [2, 2, 1]);
        assert_eq!(
            x.i((0, 0, [true, false, false, true])),
            Tensor::from([0, 3])
        );
        assert_eq!(x.i((NewAxis, Ellipsis, NewAxis)).shape(), [1, 2, 3, 4, 1]);
    }

    #[test]
    fn integers_and_ranges_of_any_type_work() {
        let x = Tensor::arange(6);
        let all = [
            x.i(4u8..),
            x.i(4i64..6),
            x.i(-2isize..),
            x.i(4u32..=5),
            x.i((4..9usize).step_by(1)),
            x.i((-2i16..=-1).step_by(1)),
        ];
        assert!(all.iter().all(|t| *t == Tensor::from([4, 5])));
        assert_eq!(x.i((1..).step_by(3)), Tensor::from([1, 4]));
        assert_eq!(x.i((0..=4).step_by(2)), Tensor::from([0, 2, 4]));
        assert_eq!(x.i(..=-5), Tensor::from([0, 1]));
        let every_other = TensorIndex::Slice(Some(1), Some(-1), 2);
        assert_eq!(x.i(every_other), Tensor::from([1, 3]));
        assert_eq!(x.i(u64::MAX..).shape(), [0]);
    }

    #[test]
    fn lists_pick_together() {
        let x = cube();
        assert_eq!(x.i((0, [0, 2], vec![1, 3])), Tensor::from([1, 11]));
        // Side by side they stay where they were; apart, they come first.
        assert_eq!(x.i((.., [0, 2, 1], [1, 3, 0])).shape(), [2, 3]);
        assert_eq!(x.i(([0, 1, 1], .., [1, 3, 0])).shape(), [3, 3]);
        assert_eq!(
            x.i((.., &Tensor::from([[0], [2]]), [1, 3])).shape(),
            [2, 2, 2]
        );
        assert_eq!(x.i(Tensor::from([[1, 0]])).shape(), [1, 2, 3, 4]);
        // An integer is no list: it is gone before they pick.
        assert_eq!(x.i((0, .., [1, 3])).shape(), [3, 2]);
        let none: [usize; 0] = [];
        assert_eq!(x.i(none).shape(), [0, 3, 4]);
    }

    #[test]
    fn a_mask_covers_as_many_axes_as_it_has() {
        let x = cube();
        let mask = Tensor::from([[true, false, false], [false, true, true]]);
        assert_eq!(x.i(&mask).shape(), [3, 4]);
        assert_eq!(x.i((&mask, 1)), Tensor::from([1, 17, 21]));
        assert_eq!(x.i((&mask, [1, 2, 3])), Tensor::from([1, 18, 23]));
        assert_eq!(x.i(Tensor::from(true)).shape(), [1, 2, 3, 4]);
        assert_eq!(x.i(Tensor::from(false)).shape(), [0, 2, 3, 4]);
    }

    #[test]
    fn a_view_sees_changes() {
        let x = Tensor::zeros([3]);
        let tail = x.i(1..);
        x.set(2, 5.0);
        assert_eq!(tail, Tensor::from([0.0, 5.0]));
    }

    #[test]
    fn second_derivatives_pass_through_positions() {
        let f = |x: &Tensor| x.i([1, 1]).pow(3).sum();
        let second = crate::grad(move |x: &Tensor| crate::grad(f)(x).sum());
        assert_eq!(second(&Tensor::from([1.0, 2.0])), Tensor::from([0.0, 24.0]));
    }

    #[test]
    #[should_panic(expected = "i: position 3 is out of range for axis 1 of size 3")]
    fn a_position_out_of_range_is_named() {
        let _ = Tensor::zeros([2, 3]).i((0, 3));
    }

    #[test]
    #[should_panic(expected = "i: position 9 is out of range for axis 1 of size 3")]
    fn a_listed_position_out_of_range_is_named() {
        let _ = Tensor::zeros([2, 3]).i((0, [1, 9]));
    }

    #[test]
    #[should_panic(expected = "i: 3 indices for a tensor of 2 axes, [2, 3]")]
    fn too_many_indices_are_refused() {
        let _ = Tensor::zeros([2, 3]).i((0, 0, 0));
    }

    #[test]
    #[should_panic(expected = "i: a mask of shape [2] does not fit [3] in [2, 3]")]
    fn a_mask_must_fit() {
        let _ = Tensor::zeros([2, 3]).i((.., [true, false]));
    }

    #[test]
    #[should_panic(expected = "i: [2] and [3] do not broadcast")]
    fn lists_must_broadcast() {
        let _ = Tensor::zeros([2, 3]).i(([0, 1], [0, 1, 2]));
    }

    #[test]
    #[should_panic(expected = "i: positions are an i64 tensor, not f32")]
    fn floats_are_no_positions() {
        let _ = Tensor::zeros([2, 3]).i(Tensor::zeros([1]));
    }
}
