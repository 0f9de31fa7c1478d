//! Windows along an axis.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, axis},
};

impl Tensor {
    /// All windows of `size` along axis `dim`, every `step` positions: a view with the windows in the
    /// place of the axis and their elements along a new last axis. Gradients of shared elements add
    /// up. (The patches of images are [`Tensor::im2col`].)
    ///
    /// # Panics
    /// If there is no such axis, the window is longer than it, or `step` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let pairs = Tensor::arange(4).unfold(0, 2, 1);
    /// assert_eq!(pairs, Tensor::from([[0, 1], [1, 2], [2, 3]]));
    /// ```
    #[track_caller]
    pub fn unfold(&self, dim: isize, size: usize, step: usize) -> Tensor {
        let at = ok!(check(self, dim, size, step));
        let own = *self.dims();
        windows(self, at, size, step).record("unfold", [self], move |g, _| {
            [Some(overlap(g, own, at, size, step))]
        })
    }
}

fn check(x: &Tensor, dim: isize, size: usize, step: usize) -> Result<usize> {
    const OP: &str = "unfold";
    let at = axis(OP, dim, x.dim())?;
    let n = x.shape().get(at).copied().unwrap_or(1);
    if size > n {
        bail!(
            OP,
            Value,
            "a window of {size} is longer than axis {at} of size {n}"
        );
    }
    if step == 0 {
        bail!(OP, Value, "windows 0 apart never end");
    }
    Ok(at)
}

fn windows(x: &Tensor, at: usize, size: usize, step: usize) -> Tensor {
    if x.dim() == 0 {
        return x.strided(x.offset(), Dims::new(&[size]), Dims::new(&[1]));
    }
    let (shape, strides) = (x.dims(), x.stride_dims());
    let count = (shape[at] - size) / step + 1;
    let step = step.min(shape[at].max(1)); // a single window has no neighbour
    x.strided(
        x.offset(),
        shape.with(at, count).insert(x.dim(), size),
        strides
            .with(at, strides[at] * step)
            .insert(x.dim(), strides[at]),
    )
}

/// Zeros of `shape` plus every window of `g` where it was taken from.
fn overlap(g: &Tensor, shape: Dims, at: usize, size: usize, step: usize) -> Tensor {
    let out = Tensor::filled(shape, 0.0, g.dtype());
    let all = windows(&out, at, size, step);
    // One element of all windows at a time: these lie apart.
    for k in 0..size {
        let part = |t: &Tensor| t.detach().narrow(-1, k, 1);
        part(&all).add_(part(g));
    }
    out.record("overlap", [g], move |h, _| {
        [Some(h.unfold(at as isize, size, step))]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(unfold, |x| x.unfold(1, 3, 1).square(), [3, 4]; no empty, scalar);
    gradcheck_test!(gaps, |x| x.unfold(0, 1, 2).square(), [3, 4]; no empty);

    #[test]
    fn a_window_is_a_view() {
        let x = Tensor::arange(5);
        let w = x.unfold(0, 3, 2);
        assert!(w.shares_storage(&x));
        assert_eq!(w, Tensor::from([[0, 1, 2], [2, 3, 4]]));
        assert_eq!(Tensor::from(3).unfold(0, 1, 1), Tensor::from([3]));
        assert_eq!(x.unfold(0, 0, 1).shape(), [6, 0]);
    }

    #[test]
    #[should_panic(expected = "unfold: a window of 4 is longer than axis 0 of size 3")]
    fn a_window_fits_its_axis() {
        let _ = Tensor::zeros([3]).unfold(0, 4, 1);
    }
}
