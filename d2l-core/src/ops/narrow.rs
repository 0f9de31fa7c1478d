//! A run of positions along an axis.
use super::view::part;
use crate::{
    Position, Tensor,
    error::{Result, bail, ok},
    tensor::axis,
};

impl Tensor {
    /// `len` positions of axis `dim` from `start` on (negative: counted from the end); a view.
    ///
    /// # Panics
    /// If the axis does not exist or is too short.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(5).narrow(0, 1, 3), Tensor::from([1, 2, 3]));
    /// assert_eq!(Tensor::arange(5).narrow(0, -2, 2), Tensor::from([3, 4]));
    /// ```
    #[track_caller]
    pub fn narrow(&self, dim: isize, start: impl Position, len: usize) -> Tensor {
        let (at, start) = ok!(check(self, dim, start.position(), len));
        part(self, "narrow", move |x| {
            let offset = x.offset() + start * x.strides()[at];
            x.strided(offset, x.dims().with(at, len), *x.stride_dims())
        })
    }
}

fn check(x: &Tensor, dim: isize, start: isize, len: usize) -> Result<(usize, usize)> {
    if x.dim() == 0 {
        bail!("narrow", Shape, "a single number has no axis to cut");
    }
    let at = axis("narrow", dim, x.dim())?;
    let size = x.shape()[at];
    let from = if start < 0 {
        start + size as isize
    } else {
        start
    };
    match usize::try_from(from) {
        Ok(from) if from <= size && len <= size - from => Ok((at, from)),
        _ => bail!(
            "narrow",
            Index,
            "{start}..{} is out of range for axis {at} of size {size}",
            start.saturating_add_unsigned(len)
        ),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(narrow, |x| x.narrow(-1, 1, 2) * 2.0, [3, 4]; no empty, scalar);
    gradcheck_test!(from_the_end, |x| x.narrow(0, -2, 1) * 2.0, [3, 4]; no empty, scalar);

    #[test]
    #[should_panic(expected = "narrow: 2..4 is out of range for axis 0 of size 3")]
    fn a_run_past_the_end_is_named() {
        let _ = Tensor::zeros([3]).narrow(0, 2, 2);
    }

    #[test]
    #[should_panic(expected = "narrow: -4..-3 is out of range for axis 0 of size 3")]
    fn a_start_before_the_beginning_is_named() {
        let _ = Tensor::zeros([3]).narrow(0, -4, 1);
    }
}
