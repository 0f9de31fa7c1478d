//! Channels exchanged for resolution, and among each other.
use crate::{
    Tensor,
    error::{Result, bail, ok},
};

impl Tensor {
    /// `[.., c·r², h, w]` as `[.., c, h·r, w·r]`: each pixel becomes a square of `r × r` from as many
    /// channels.
    ///
    /// # Panics
    /// With fewer than three axes, if `r` is 0 or `r²` does not divide the channels.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[[1]], [[2]], [[3]], [[4]]]);
    /// assert_eq!(x.pixel_shuffle(2), Tensor::from([[[1, 2], [3, 4]]]));
    /// ```
    #[track_caller]
    pub fn pixel_shuffle(&self, r: usize) -> Tensor {
        ok!(self.try_pixel_shuffle(r))
    }

    /// [`Tensor::pixel_shuffle`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::pixel_shuffle`].
    pub fn try_pixel_shuffle(&self, r: usize) -> Result<Tensor> {
        let [batch, c, h, w] = images("pixel_shuffle", self, r)?;
        if r.checked_mul(r).is_none_or(|n| !c.is_multiple_of(n)) {
            return mismatch("pixel_shuffle", self, r);
        }
        let c = c / (r * r);
        let y = self.reshape([batch, c, r, r, h, w]);
        Ok(self.with_image(&y.permute([0, 1, 4, 2, 5, 3]), [c, h * r, w * r]))
    }

    /// The inverse of [`Tensor::pixel_shuffle`]: `[.., c, h·r, w·r]` as `[.., c·r², h, w]`.
    ///
    /// # Panics
    /// With fewer than three axes, if `r` is 0 or does not divide height and width.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(16).reshape([1, 4, 4]);
    /// assert_eq!(x.pixel_unshuffle(2).pixel_shuffle(2), x);
    /// ```
    #[track_caller]
    pub fn pixel_unshuffle(&self, r: usize) -> Tensor {
        ok!(self.try_pixel_unshuffle(r))
    }

    /// [`Tensor::pixel_unshuffle`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::pixel_unshuffle`].
    pub fn try_pixel_unshuffle(&self, r: usize) -> Result<Tensor> {
        let [batch, c, h, w] = images("pixel_unshuffle", self, r)?;
        if !h.is_multiple_of(r) || !w.is_multiple_of(r) {
            return mismatch("pixel_unshuffle", self, r);
        }
        let y = self.reshape([batch, c, h / r, r, w / r, r]);
        Ok(self.with_image(&y.permute([0, 1, 3, 5, 2, 4]), [c * r * r, h / r, w / r]))
    }

    /// The channels of `[batch, channels, ..]` dealt out anew: first the first of each of `groups`
    /// groups, then the second of each, and so on.
    ///
    /// # Panics
    /// With fewer than three axes, or if `groups` does not divide the channels.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(6).reshape([1, 6, 1]);
    /// assert_eq!(x.channel_shuffle(2).flatten(), Tensor::from([0, 3, 1, 4, 2, 5]));
    /// ```
    #[track_caller]
    pub fn channel_shuffle(&self, groups: usize) -> Tensor {
        ok!(self.try_channel_shuffle(groups))
    }

    /// [`Tensor::channel_shuffle`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::channel_shuffle`].
    pub fn try_channel_shuffle(&self, groups: usize) -> Result<Tensor> {
        let [batch, c, inner] = channels(self, groups)?;
        let y = self.reshape([batch, groups, c / groups, inner]);
        Ok(y.transpose(1, 2).reshape(self.shape()))
    }

    /// The elements of `y` as this tensor's batch of other images.
    fn with_image(&self, y: &Tensor, image: [usize; 3]) -> Tensor {
        let batch = &self.shape()[..self.dim() - 3];
        y.reshape([batch, &image[..]].concat())
    }
}

/// The batch as one axis, channels, height and width.
fn images(op: &'static str, x: &Tensor, r: usize) -> Result<[usize; 4]> {
    let [batch @ .., c, h, w] = x.shape() else {
        let shape = x.shape();
        bail!(
            op,
            Shape,
            "{shape:?} is not [channels, height, width] or batches of it"
        )
    };
    if r == 0 {
        return mismatch(op, x, r);
    }
    Ok([batch.iter().product(), *c, *h, *w])
}

fn mismatch<T>(op: &'static str, x: &Tensor, r: usize) -> Result<T> {
    bail!(
        op,
        Shape,
        "{:?} does not divide into squares of {r}",
        x.shape()
    )
}

fn channels(x: &Tensor, groups: usize) -> Result<[usize; 3]> {
    const OP: &str = "channel_shuffle";
    let shape = x.shape();
    let [batch, c, rest @ ..] = shape else {
        bail!(OP, Shape, "{shape:?} has no channels")
    };
    if rest.is_empty() {
        bail!(OP, Shape, "{shape:?} has fewer than three axes");
    }
    if groups == 0 || !c.is_multiple_of(groups) {
        bail!(
            OP,
            Value,
            "the {c} channels of {shape:?} do not divide into {groups} groups"
        );
    }
    Ok([*batch, *c, rest.iter().product()])
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(shuffle, |x| x.pixel_shuffle(2).square(), [4, 2, 3]; no scalar);
    gradcheck_test!(unshuffle, |x| x.pixel_unshuffle(2).square(), [2, 2, 4]; no scalar);
    gradcheck_test!(channels, |x| x.channel_shuffle(2).square(), [2, 4, 3]; no scalar);

    #[test]
    fn batches_are_kept() {
        let x = Tensor::arange(96).reshape([2, 1, 4, 3, 4]);
        let y = x.pixel_shuffle(2);
        assert_eq!(y.shape(), [2, 1, 1, 6, 8]);
        assert_eq!(y.i((1, 0)), x.i((1, 0)).pixel_shuffle(2));
        assert_eq!(
            Tensor::zeros([0, 4, 2, 2]).pixel_shuffle(2).shape(),
            [0, 1, 4, 4]
        );
    }

    #[test]
    #[should_panic(expected = "pixel_shuffle: [1, 3, 2, 2] does not divide into squares of 2")]
    fn channels_must_make_squares() {
        let _ = Tensor::zeros([1, 3, 2, 2]).pixel_shuffle(2);
    }
}
