//! A run of positions along an axis.
use super::operand::Operand;
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis},
};

impl Tensor {
    /// Positions `start..start + len` of axis `dim`; a view.
    ///
    /// # Panics
    /// If the axis does not exist or is too short.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(5).narrow(0, 1, 3), Tensor::from([1, 2, 3]));
    /// ```
    #[track_caller]
    pub fn narrow(&self, dim: isize, start: usize, len: usize) -> Tensor {
        let at = ok!(check(self, dim, start, len));
        let own = *self.dims();
        part(self, at, start, len).record("narrow", [self], move |g, _| {
            [Some(widen(g, own, at, start))]
        })
    }
}

fn check(x: &Tensor, dim: isize, start: usize, len: usize) -> Result<usize> {
    let at = axis("narrow", dim, x.dim())?;
    let size = x.shape().get(at).copied().unwrap_or(0);
    if start > size || len > size - start {
        bail!(
            "narrow",
            Index,
            "{start}..{} is out of range for axis {at} of size {size}",
            start.saturating_add(len)
        );
    }
    Ok(at)
}

fn part(x: &Tensor, at: usize, start: usize, len: usize) -> Tensor {
    x.strided(
        x.offset() + start * x.strides()[at],
        x.dims().with(at, len),
        *x.stride_dims(),
    )
}

/// Zeros of `shape` with `g` from `start` on along the axis.
fn widen(g: &Tensor, shape: Dims, at: usize, start: usize) -> Tensor {
    let len = g.shape()[at];
    let out = Tensor::filled(shape, 0.0, g.dtype());
    ok!(part(&out, at, start, len).assign("narrow", Operand::Tensor(&g.detach())));
    out.record("widen", [g], move |h, _| {
        [Some(h.narrow(at as isize, start, len))]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(narrow, |x| x.narrow(-1, 1, 2) * 2.0, [3, 4]; no empty, scalar);

    #[test]
    #[should_panic(expected = "narrow: 2..4 is out of range for axis 0 of size 3")]
    fn a_run_past_the_end_is_named() {
        let _ = Tensor::zeros([3]).narrow(0, 2, 2);
    }
}
