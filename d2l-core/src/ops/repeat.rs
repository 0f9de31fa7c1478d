//! Copies of a tensor side by side, and of its elements.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, IntoShape, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis, checked_numel, moved, sizes},
};

impl Tensor {
    /// Copies of the tensor side by side, `repeats[k]` of them along axis `k`; more entries than axes
    /// add axes in front. Gradients of all copies add up.
    ///
    /// # Panics
    /// If there are fewer entries than axes, or a negative one.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 2]).repeat([2, 2]), Tensor::from([[1, 2, 1, 2], [1, 2, 1, 2]]));
    /// ```
    #[track_caller]
    pub fn repeat(&self, repeats: impl IntoShape) -> Tensor {
        let repeats = ok!(sizes("repeat", &repeats));
        ok!(self.repeated("repeat", repeats))
    }

    /// [`Tensor::repeat`] that takes missing entries as 1, as NumPy's `tile` does.
    ///
    /// # Panics
    /// For a negative entry.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[1], [2]]).tile(2), Tensor::from([[1, 1], [2, 2]]));
    /// ```
    #[track_caller]
    pub fn tile(&self, repeats: impl IntoShape) -> Tensor {
        let mut repeats = ok!(sizes("tile", &repeats));
        while repeats.len() < self.dim() {
            repeats = repeats.insert(0, 1);
        }
        ok!(self.repeated("tile", repeats))
    }

    fn repeated(&self, op: &'static str, repeats: Dims) -> Result<Tensor> {
        let Some(more) = repeats.len().checked_sub(self.dim()) else {
            let (shape, list) = (self.shape(), &*repeats);
            bail!(
                op,
                Shape,
                "{list:?} has fewer entries than {shape:?} has axes"
            )
        };
        let own = (0..more).fold(*self.dims(), |d, _| d.insert(0, 1));
        let times = |(o, &r): (&mut usize, &usize)| *o = o.saturating_mul(r);
        let mut shape = own;
        shape.iter_mut().zip(repeats.iter()).for_each(times);
        checked_numel(op, &shape)?;
        let x = self.contiguous_raw();
        let out = moved!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
            lay(&x.read::<T>(), &own, &repeats, out);
        }));
        let inner = *self.dims();
        Ok(out.record(op, [self], move |g, _| {
            [Some(fold(g, &own, &repeats).reshape(inner))]
        }))
    }

    /// Every entry of axis `dim` so many times in a row: one number for all, or an `I64` vector with
    /// one for each (or for all). `x.flatten().repeat_interleave(2, 0)` is PyTorch's call without
    /// `dim`.
    ///
    /// # Panics
    /// If there is no such axis, a number is negative or no integer, or the vector does not fit the
    /// axis.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1, 2], [3, 4]]);
    /// assert_eq!(x.repeat_interleave(2, 1), Tensor::from([[1, 1, 2, 2], [3, 3, 4, 4]]));
    /// let rows = x.repeat_interleave(&Tensor::from([1, 2]), 0);
    /// assert_eq!(rows, Tensor::from([[1, 2], [3, 4], [3, 4]]));
    /// ```
    #[track_caller]
    pub fn repeat_interleave(&self, repeats: impl IntoOperand, dim: isize) -> Tensor {
        ok!(self.try_repeat_interleave(repeats.operand(), dim))
    }

    fn try_repeat_interleave(&self, repeats: Operand<'_>, dim: isize) -> Result<Tensor> {
        const OP: &str = "repeat_interleave";
        let at = axis(OP, dim, self.dim())?;
        let x = self.atleast_1d();
        let n = x.shape()[at];
        match repeats {
            Operand::Int(r) if r >= 0 => x.each_repeated(OP, at, r as usize),
            Operand::Tensor(t) if t.dtype() == DType::I64 && t.dim() < 2 => {
                let index = rows(OP, &t.to_vec::<i64>(), n)?;
                let len = index.len();
                x.try_index_select(at as isize, &Tensor::from_vec(index, len))
            }
            Operand::Int(r) => bail!(OP, Value, "{r} repeats are fewer than none"),
            _ => bail!(OP, DType, "repeats are an integer or a vector of integers"),
        }
    }

    fn each_repeated(&self, op: &'static str, at: usize, r: usize) -> Result<Tensor> {
        let shape = self.dims();
        let total = shape.with(at, shape[at].saturating_mul(r));
        checked_numel(op, &total)?;
        let [outer, inner] = [&shape[..=at], &shape[at + 1..]].map(|s| s.iter().product());
        let once = self.reshape([outer, 1, inner]);
        Ok(once.expand([outer, r, inner]).reshape(total))
    }
}

/// Copies of `x` (of shape `shape`) side by side: the first is laid out axis by axis, the others are
/// copied from it.
fn lay<T: Copy>(x: &[T], shape: &[usize], repeats: &[usize], out: &mut [T]) {
    if out.is_empty() {
        return;
    }
    let [n, rest @ ..] = shape else {
        out[0] = x[0];
        return;
    };
    let first = out.len() / repeats[0];
    if repeats[1..].iter().all(|&r| r == 1) {
        out[..first].copy_from_slice(x);
    } else {
        let parts = out[..first].chunks_exact_mut(first / n);
        (x.chunks_exact(x.len() / n).zip(parts))
            .for_each(|(x, out)| lay(x, rest, &repeats[1..], out));
    }
    (1..repeats[0]).for_each(|i| out.copy_within(..first, i * first));
}

/// The sum over all copies.
fn fold(g: &Tensor, shape: &Dims, repeats: &Dims) -> Tensor {
    let mut g = g.clone();
    for a in (0..shape.len()).filter(|&a| repeats[a] != 1) {
        let [outer, inner] = [&g.shape()[..a], &g.shape()[a + 1..]].map(|s| s.iter().product());
        let kept = g.dims().with(a, shape[a]);
        g = g
            .reshape([outer, repeats[a], shape[a] * inner])
            .sum_dim(1)
            .reshape(kept);
    }
    g
}

/// Position `i` so many times as `repeats` says.
fn rows(op: &'static str, repeats: &[i64], n: usize) -> Result<Vec<i64>> {
    if repeats.len() != n && repeats.len() != 1 {
        let len = repeats.len();
        bail!(op, Shape, "{len} repeats do not fit an axis of size {n}");
    }
    if let Some(bad) = repeats.iter().find(|&&r| r < 0) {
        bail!(op, Value, "{bad} repeats are fewer than none");
    }
    let sum = repeats
        .iter()
        .try_fold(0usize, |s, &r| s.checked_add(r as usize));
    let all = sum.and_then(|s| s.checked_mul(if repeats.len() == 1 { n } else { 1 }));
    checked_numel(op, &[all.unwrap_or(usize::MAX)])?;
    let each = repeats.iter().cycle().zip(0..n as i64);
    Ok(each
        .flat_map(|(&r, i)| std::iter::repeat_n(i, r as usize))
        .collect())
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(tile, |x| x.tile([2, 1, 3]).square(), [3, 4]);
    gradcheck_test!(repeat, |x| x.repeat([2, 1, 3]).square(), [3, 4]);
    gradcheck_test!(never, |x| x.repeat([0, 1]) * 2.0, [3, 4]);
    gradcheck_test!(each, |x| x.repeat_interleave(2, -1).square(), [3, 4]);
    gradcheck_test!(
        each_by_its_number,
        |x| x.repeat_interleave(Tensor::from([2, 0, 1]), 0).square(),
        [3, 4]; no empty, scalar
    );

    #[test]
    fn edges() {
        assert_eq!(Tensor::from(7).repeat([0; 0]), Tensor::from(7));
        assert_eq!(Tensor::from(7).repeat([2]), Tensor::from([7, 7]));
        assert_eq!(
            Tensor::from(7).repeat_interleave(2, 0),
            Tensor::from([7, 7])
        );
        assert_eq!(Tensor::zeros([2, 0]).repeat([3, 4]).shape(), [6, 0]);
        assert_eq!(Tensor::from([[1, 2]]).tile([2, 1, 2]).shape(), [2, 1, 4]);
        let one = Tensor::from([2]);
        assert_eq!(
            Tensor::from([1, 2]).repeat_interleave(&one, 0),
            Tensor::from([1, 1, 2, 2])
        );
    }

    #[test]
    #[should_panic(expected = "repeat: [2] has fewer entries than [2, 3] has axes")]
    fn every_axis_needs_an_entry() {
        let _ = Tensor::zeros([2, 3]).repeat([2]);
    }
}
