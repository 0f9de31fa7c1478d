//! Borders: constant, mirrored, repeated, or from the other side.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::runs,
    tensor::{Dims, checked_numel},
};

/// What a border is filled with; PyTorch's `mode` of `nn.functional.pad`. A number reads as
/// [`PadMode::Constant`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum PadMode {
    /// This number.
    Constant(f64),
    /// The tensor mirrored at its edge, which is not repeated: `c b | a b c | b a`.
    Reflect,
    /// The element at the edge: `a a | a b c | c c`.
    Replicate,
    /// The tensor once more: `b c | a b c | a b`.
    Circular,
}

macro_rules! mode_from {
    ($($t:ty)*) => { $(
        impl From<$t> for PadMode {
            fn from(value: $t) -> PadMode { PadMode::Constant(f64::from(value)) }
        }
    )* };
}
mode_from!(f64 f32 i32);

/// How much an axis grows at both ends; negative numbers cut.
#[derive(Clone, Copy)]
struct Border {
    axis: usize,
    before: isize,
    after: isize,
}

impl Border {
    /// How much is cut off at both ends.
    fn cut(self) -> [usize; 2] {
        [self.before, self.after].map(|p| p.min(0).unsigned_abs())
    }
}

impl Tensor {
    /// The tensor with a border: `padding` holds two numbers per axis, before and after, beginning
    /// with the *last* axis, as in PyTorch's `nn.functional.pad`. Negative numbers cut off. The modes
    /// other than a constant take all axes but one or two leading ones.
    ///
    /// # Panics
    /// If `padding` has an odd length or more pairs than there are axes (than the mode takes), a size
    /// would become negative, or a border is longer than what it is filled from.
    ///
    /// ```
    /// use d2l_core::{PadMode, Tensor};
    /// let x = Tensor::from([[1, 2, 3]]);
    /// assert_eq!(x.pad([1, 2], 0), Tensor::from([[0, 1, 2, 3, 0, 0]]));
    /// assert_eq!(x.pad([0, 2], PadMode::Reflect), Tensor::from([[1, 2, 3, 2, 1]]));
    /// assert_eq!(x.pad([-1, 0, 0, 1], 9), Tensor::from([[2, 3], [9, 9]]));
    /// ```
    #[track_caller]
    pub fn pad(&self, padding: impl AsRef<[isize]>, mode: impl Into<PadMode>) -> Tensor {
        ok!(self.try_pad(padding, mode))
    }

    /// [`Tensor::pad`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::pad`].
    pub fn try_pad(
        &self,
        padding: impl AsRef<[isize]>,
        mode: impl Into<PadMode>,
    ) -> Result<Tensor> {
        let (padding, mode) = (padding.as_ref(), mode.into());
        let borders = borders(self, padding)?;
        if let PadMode::Constant(value) = mode {
            let shape = grown(self, &borders)?;
            for b in &borders {
                let [before, after] = b.cut();
                if before.saturating_add(after) > self.shape()[b.axis] {
                    return too_much(self, *b);
                }
            }
            return Ok(self.framed(&borders, shape, value));
        }
        let (n, pairs) = (self.dim(), borders.len());
        if n != pairs + 1 && n != pairs + 2 {
            bail!(
                "pad",
                Shape,
                "padding {padding:?} leaves other than one or two axes of {:?}; only a constant can",
                self.shape()
            );
        }
        let extend = |x: Result<Tensor>, b: &Border| x?.extended(*b, mode);
        borders.iter().fold(Ok(self.clone()), extend)
    }

    /// Cut and framed by `value`.
    fn framed(&self, borders: &[Border], shape: Dims, value: f64) -> Tensor {
        let (mut inner, mut offset) = (self.detach(), 0);
        let strides = shape.strides();
        for b in borders {
            let [before, after] = b.cut();
            let kept = inner.shape()[b.axis] - before - after;
            inner = inner.narrow(b.axis as isize, before, kept);
            offset += b.before.max(0) as usize * strides[b.axis];
        }
        let out = Tensor::filled(shape, value, self.dtype());
        let hole = out.strided(offset, *inner.dims(), strides);
        ok!(hole.assign("pad", (&inner).into()));
        let undo = |b: &Border| Border {
            before: -b.before,
            after: -b.after,
            ..*b
        };
        let (back, own): (Vec<Border>, _) = (borders.iter().map(undo).collect(), *self.dims());
        out.record("pad", [self], move |g, _| [Some(g.framed(&back, own, 0.0))])
    }

    /// One axis longer.
    fn extended(&self, border: Border, mode: PadMode) -> Result<Tensor> {
        let Border {
            axis,
            before,
            after,
        } = border;
        let n = self.shape()[axis] as isize;
        check_border(self, border, mode)?;
        let at = move |i: isize| match mode {
            PadMode::Reflect => {
                let i = i.abs();
                if i < n { i } else { 2 * (n - 1) - i }
            }
            PadMode::Circular => {
                let (first, end) = ((-before).max(0), n + after.min(0));
                first + (i - first).rem_euclid(end - first)
            }
            _ => i.clamp(0, n - 1),
        };
        let positions = (-before..n + after).map(|i| at(i) as usize);
        Ok(self.pick_runs("pad", axis, runs::runs(positions).into()))
    }
}

fn borders(x: &Tensor, padding: &[isize]) -> Result<Vec<Border>> {
    let pairs = padding.chunks_exact(2);
    if !padding.len().is_multiple_of(2) || pairs.len() > x.dim() {
        bail!(
            "pad",
            Shape,
            "{padding:?} is not a pair for each of the last axes of {:?}",
            x.shape()
        );
    }
    let border = |(pair, axis): (&[isize], usize)| Border {
        axis,
        before: pair[0],
        after: pair[1],
    };
    Ok(pairs.zip((0..x.dim()).rev()).map(border).collect())
}

fn grown(x: &Tensor, borders: &[Border]) -> Result<Dims> {
    let mut shape = *x.dims();
    for b in borders {
        let size = (shape[b.axis] as isize)
            .checked_add(b.before)
            .and_then(|n| n.checked_add(b.after));
        let Some(size) = size.filter(|&n| n >= 0) else {
            return too_much(x, *b);
        };
        shape[b.axis] = size as usize;
    }
    checked_numel("pad", &shape)?;
    Ok(shape)
}

fn too_much<T>(x: &Tensor, border: Border) -> Result<T> {
    let Border {
        axis,
        before,
        after,
    } = border;
    let shape = x.shape();
    bail!(
        "pad",
        Value,
        "axis {axis} of {shape:?} cannot grow by {before} and {after}"
    )
}

/// Is there something to fill the border from, and something left?
fn check_border(x: &Tensor, border: Border, mode: PadMode) -> Result<()> {
    let Border {
        axis,
        before,
        after,
    } = border;
    let n = x.shape()[axis];
    let shape = grown(x, &[border])?;
    let longest = before.max(after);
    let source = match mode {
        PadMode::Reflect => n as isize - 1,
        PadMode::Circular => n as isize + before.min(0) + after.min(0),
        _ => isize::MAX,
    };
    if longest > source || n == 0 || shape[axis] == 0 {
        bail!(
            "pad",
            Value,
            "{mode:?} cannot put {before} before and {after} after axis {axis} of {:?}",
            x.shape()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::PadMode::{self, *};
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(constant, |x| x.pad([1, 0, -1, 2], 0.5).square(), [3, 4]; no empty, scalar);
    gradcheck_test!(reflect, |x| x.pad([3, 2], Reflect).square(), [3, 4]; no empty, scalar);
    gradcheck_test!(
        replicate,
        |x| x.unsqueeze(0).pad([-1, 2, 3, 0], Replicate).square(),
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        circular,
        |x| x.unsqueeze(0).pad([2, 1, -1, 2], Circular).square(),
        [3, 4]; no empty, scalar
    );

    fn padded(padding: [isize; 2], mode: PadMode) -> Vec<i64> {
        Tensor::from([[1, 2, 3, 4]]).pad(padding, mode).to_vec()
    }

    #[test]
    fn borders_hold_what_their_mode_says() {
        assert_eq!(padded([2, 1], Reflect), [3, 2, 1, 2, 3, 4, 3]);
        assert_eq!(padded([2, 1], Replicate), [1, 1, 1, 2, 3, 4, 4]);
        assert_eq!(padded([2, 1], Circular), [3, 4, 1, 2, 3, 4, 1]);
        assert_eq!(padded([-1, 2], Circular), [2, 3, 4, 2, 3]);
        assert_eq!(padded([-1, 1], Reflect), [2, 3, 4, 3]);
        assert_eq!(padded([-2, 3], Replicate), [3, 4, 4, 4, 4]);
        assert_eq!(padded([-3, 1], Constant(7.0)), [4, 7]);
        assert_eq!(padded([-4, 3], Constant(7.0)), [7, 7, 7]);
    }

    #[test]
    #[should_panic(expected = "pad: Reflect cannot put 4 before and 0 after axis 1 of [1, 4]")]
    fn a_mirror_is_not_larger_than_what_it_shows() {
        let _ = padded([4, 0], Reflect);
    }

    #[test]
    #[should_panic(expected = "pad: axis 0 of [3] cannot grow by -2 and -2")]
    fn nothing_less_than_nothing_is_left() {
        let _ = Tensor::zeros([3]).pad([-2, -2], 0);
    }
}
