//! Differences of neighbours, and integrals by the trapezoidal rule.
use super::operand::{IntoOperand, Operand};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};

impl Tensor {
    /// Differences of neighbours along axis `dim`, taken `n` times: for `n` = 1, `x[i+1] - x[i]`. Each
    /// time the axis is one shorter, until it is empty. Of bools it says where they differ. PyTorch's
    /// `prepend` and `append` are written with `cat`.
    ///
    /// # Panics
    /// If the axis does not exist, or there is none.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1, 4, 9, 16]);
    /// assert_eq!(x.diff(1, 0), Tensor::from([3, 5, 7]));
    /// assert_eq!(x.diff(2, 0), Tensor::from([2, 2]));
    /// ```
    #[track_caller]
    pub fn diff(&self, n: usize, dim: isize) -> Tensor {
        let a = ok!(axis("diff", dim, self.dim()));
        ok!(check_axes("diff", self));
        (0..n.min(self.shape()[a])).fold(self.clone(), |x, _| {
            let (before, after) = neighbours(&x, a);
            match x.dtype() {
                DType::Bool => after.logical_xor(before),
                _ => after - before,
            }
        })
    }

    /// The integral along axis `dim`, which disappears, by the trapezoidal rule: the sum of
    /// `(y[i] + y[i+1]) / 2` times the distance. `spacing` is the distance as a number, or the
    /// positions as a tensor: one for each sample (1-d), or one for each element.
    ///
    /// # Panics
    /// If the axis does not exist, or the positions do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::from([1.0, 5.0, 10.0]);
    /// assert_eq!(y.trapezoid(2, 0).item(), 21.0);
    /// assert_eq!(y.trapezoid(Tensor::from([1.0, 3.0, 6.0]), 0).item(), 28.5);
    /// ```
    #[track_caller]
    pub fn trapezoid(&self, spacing: impl IntoOperand, dim: isize) -> Tensor {
        let a = ok!(axis("trapezoid", dim, self.dim())) as isize;
        ok!(areas("trapezoid", self, spacing.operand(), a)).sum_dim(a)
    }

    /// The integrals from the first element to each of the later ones; see [`Tensor::trapezoid`].
    ///
    /// # Panics
    /// If the axis does not exist, or the positions do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::from([1.0, 5.0, 10.0]);
    /// assert_eq!(y.cumulative_trapezoid(1, 0), Tensor::from([3.0, 10.5]));
    /// ```
    #[track_caller]
    pub fn cumulative_trapezoid(&self, spacing: impl IntoOperand, dim: isize) -> Tensor {
        let a = ok!(axis("cumulative_trapezoid", dim, self.dim())) as isize;
        ok!(areas("cumulative_trapezoid", self, spacing.operand(), a)).cumsum(a)
    }
}

fn check_axes(op: &'static str, x: &Tensor) -> Result<()> {
    if x.dim() == 0 {
        bail!(op, Shape, "needs at least one axis");
    }
    Ok(())
}

/// All but the last along axis `a`, and all but the first; none of nothing.
fn neighbours(x: &Tensor, a: usize) -> (Tensor, Tensor) {
    let (n, a) = (x.shape()[a], a as isize);
    let m = n.saturating_sub(1);
    (x.narrow(a, 0, m), x.narrow(a, n - m, m))
}

/// The areas under the segments between neighbours.
fn areas(op: &'static str, y: &Tensor, spacing: Operand<'_>, a: isize) -> Result<Tensor> {
    check_axes(op, y)?;
    let (before, after) = neighbours(&y.as_float(), a as usize);
    let twice = before + after;
    let Operand::Tensor(x) = spacing else {
        return Ok(twice * spacing * 0.5);
    };
    let width = widths(op, y, x, a)?;
    crate::tensor::broadcast(op, twice.dims(), width.dims())?;
    Ok(twice * width * 0.5)
}

/// The distances of the positions, to be broadcast to the areas.
fn widths(op: &'static str, y: &Tensor, x: &Tensor, a: isize) -> Result<Tensor> {
    let n = y.size(a);
    let x = match x.dim() {
        1 => {
            let mut shape = vec![1; y.dim()];
            shape[a as usize] = x.numel();
            x.reshape(shape)
        }
        d if d < y.dim() => {
            let shape: Vec<usize> = vec![1; y.dim() - d];
            x.reshape(shape.iter().chain(x.shape()).copied().collect::<Vec<_>>())
        }
        _ => x.clone(),
    };
    let at = a as usize + x.dim() - y.dim();
    if x.shape()[at] != n {
        bail!(
            op,
            Shape,
            "positions {:?} do not fit {:?} along axis {a}",
            x.shape(),
            y.shape()
        );
    }
    let (before, after) = neighbours(&x, at);
    Ok(after - before)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(diff, |x| x.diff(2, 1), [3, 4]; no scalar);
    gradcheck_test!(trapezoid, |y, x| y.trapezoid(x, 0), [3, 4], [3]; no scalar);
    gradcheck_test!(
        cumulative,
        |y, x| y.cumulative_trapezoid(x, -1),
        [3, 4],
        [3, 4]; no scalar
    );

    #[test]
    fn differences_run_out() {
        assert_eq!(Tensor::zeros([2, 3]).diff(0, 1).shape(), [2, 3]);
        assert_eq!(Tensor::zeros([2, 3]).diff(3, 1).shape(), [2, 0]);
        assert_eq!(Tensor::zeros([2, 3]).diff(9, 1).shape(), [2, 0]);
        let x = Tensor::from([true, true, false]);
        assert_eq!(x.diff(1, 0), Tensor::from([false, true]));
    }

    #[test]
    fn a_single_sample_spans_no_area() {
        assert_eq!(Tensor::ones([1]).trapezoid(1, 0).item(), 0.0);
        assert_eq!(Tensor::ones([0]).trapezoid(1, 0).item(), 0.0);
    }

    #[test]
    #[should_panic(expected = "trapezoid: positions [4] do not fit [3] along axis 0")]
    fn positions_of_another_number_are_refused() {
        let _ = Tensor::ones([3]).trapezoid(Tensor::ones([4]), 0);
    }
}
