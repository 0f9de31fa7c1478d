//! Positions of an axis in another order: rolled, or picked in runs.
use crate::{
    IntoShape, Tensor,
    error::{Result, bail, ok},
    kernel::runs::{self, Run},
    tensor::{Dims, axis, moved, stored},
};
use std::sync::Arc;

impl Tensor {
    /// Elements moved on by `shifts` along the axes `dims`; those that fall off an end come in at the
    /// other. Negative shifts move back.
    ///
    /// # Panics
    /// If the lists differ in length or are empty, or an axis does not exist.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(4).roll(1, 0), Tensor::from([3, 0, 1, 2]));
    /// assert_eq!(
    ///     Tensor::from([[1, 2], [3, 4]]).roll([1, 1], [0, 1]),
    ///     Tensor::from([[4, 3], [2, 1]])
    /// );
    /// ```
    #[track_caller]
    pub fn roll(&self, shifts: impl IntoShape, dims: impl IntoShape) -> Tensor {
        let steps = ok!(steps(self, &shifts, &dims));
        let step = |x: Tensor, (shift, at): (isize, usize)| x.rolled(at, shift);
        steps.into_iter().fold(self.clone(), step)
    }

    /// All elements, in row-major order, moved on by `shift`; PyTorch's `roll(shift)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1, 2], [3, 4]]).roll_flat(1), Tensor::from([[4, 1], [2, 3]]));
    /// ```
    pub fn roll_flat(&self, shift: isize) -> Tensor {
        self.flatten().rolled(0, shift).reshape(self.shape())
    }

    fn rolled(&self, at: usize, shift: isize) -> Tensor {
        let n = self.shape().get(at).copied().unwrap_or(1);
        let first = (-shift).rem_euclid(n.max(1) as isize) as usize;
        if first == 0 {
            return self.clone();
        }
        self.pick_runs("roll", at, runs::runs((first..n).chain(0..first)).into())
    }

    /// The positions of axis `at` that `list` names, in that order; several may be the same.
    pub(crate) fn pick_runs(&self, op: &'static str, at: usize, list: Arc<[Run]>) -> Tensor {
        let own = *self.dims();
        let (n, inner) = (own[at], own[at + 1..].iter().product());
        let x = self.contiguous_raw();
        let shape = own.with(at, runs::total(&list));
        let out = moved!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
            runs::copy_runs(&x.read::<T>(), n, inner, &list, out);
        }));
        out.record(op, [self], move |g, _| {
            [Some(unpick(g, op, own, at, list.clone()))]
        })
    }
}

/// The transpose of [`Tensor::pick_runs`].
fn unpick(g: &Tensor, op: &'static str, shape: Dims, at: usize, list: Arc<[Run]>) -> Tensor {
    let (n, inner) = (shape[at], shape[at + 1..].iter().product());
    let x = g.contiguous_raw();
    let out = stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
        runs::add_runs(&x.read::<T>(), n, inner, &list, out);
    }));
    out.record(op, [g], move |h, _| {
        [Some(h.pick_runs(op, at, list.clone()))]
    })
}

fn steps(x: &Tensor, shifts: &dyn IntoShape, dims: &dyn IntoShape) -> Result<Vec<(isize, usize)>> {
    const OP: &str = "roll";
    let ((shifts, n), (dims, m)) = (shifts.entries(), dims.entries());
    if n != m || n == 0 {
        let (shifts, dims) = (&shifts[..n], &dims[..m]);
        bail!(
            OP,
            Shape,
            "shifts {shifts:?} do not belong to axes {dims:?}"
        );
    }
    let step = |i| Ok((shifts[i], axis(OP, dims[i], x.dim())?));
    (0..n).map(step).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(roll, |x| x.roll([1, -2], [0, 1]).square(), [3, 4]; no scalar);
    gradcheck_test!(flat, |x| x.roll_flat(5).square(), [3, 4]);

    #[test]
    fn shifts_wrap_around() {
        let x = Tensor::arange(3);
        assert_eq!(x.roll(4, 0), x.roll(-2, -1));
        assert_eq!(x.roll(3, 0), x);
        assert_eq!(Tensor::from(5).roll(1, 0), Tensor::from(5));
        assert_eq!(Tensor::zeros([2, 0]).roll(1, 1).shape(), [2, 0]);
    }

    #[test]
    #[should_panic(expected = "roll: shifts [2, 1] do not belong to axes [0]")]
    fn every_shift_has_its_axis() {
        let _ = Tensor::zeros([5, 5]).roll([2, 1], 0);
    }
}
