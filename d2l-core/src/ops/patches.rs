//! Patches of images as columns, for convolutions written as matrix products, and back.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    kernel::patches::{self, Geometry},
    tensor::{checked_numel, moved, stored},
};

/// What reads as height and width: `5` for both, or `(5, 3)`, or `[5, 3]`.
pub trait IntoPair {
    /// Height and width.
    fn pair(self) -> [i64; 2];
}

macro_rules! into_pair {
    ($($t:ty)*) => { $(
        impl IntoPair for $t {
            fn pair(self) -> [i64; 2] { [self as i64; 2] }
        }
        impl IntoPair for ($t, $t) {
            fn pair(self) -> [i64; 2] { [self.0 as i64, self.1 as i64] }
        }
        impl IntoPair for [$t; 2] {
            fn pair(self) -> [i64; 2] { self.map(|n| n as i64) }
        }
    )* };
}
into_pair!(i32 i64 isize usize);

/// Which patches of an image: their size, and how they lie. The options and defaults are those of
/// PyTorch's `nn.functional.unfold`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patches {
    kernel: [i64; 2],
    dilation: [i64; 2],
    padding: [i64; 2],
    stride: [i64; 2],
}

impl Patches {
    /// Patches of this size, one at every place.
    ///
    /// ```
    /// use d2l_core::{Patches, Tensor};
    /// let columns = Tensor::arange(9).reshape([1, 3, 3]).im2col(Patches::new(2));
    /// assert_eq!(columns.t().i(0), Tensor::from([0, 1, 3, 4]));
    /// ```
    pub fn new(kernel: impl IntoPair) -> Patches {
        Patches {
            kernel: kernel.pair(),
            dilation: [1; 2],
            padding: [0; 2],
            stride: [1; 2],
        }
    }

    /// The distance of neighbouring elements of a patch; 1.
    ///
    /// ```
    /// use d2l_core::{Patches, Tensor};
    /// let columns = Tensor::arange(9).reshape([1, 3, 3]).im2col(Patches::new(2).dilation(2));
    /// assert_eq!(columns, Tensor::from([[0], [2], [6], [8]]));
    /// ```
    #[must_use]
    pub fn dilation(self, dilation: impl IntoPair) -> Patches {
        Patches {
            dilation: dilation.pair(),
            ..self
        }
    }

    /// Zeros added on both sides; 0.
    ///
    /// ```
    /// use d2l_core::{Patches, Tensor};
    /// let columns = Tensor::ones([1, 2, 2]).im2col(Patches::new(2).padding(1));
    /// assert_eq!(columns.shape(), [4, 9]);
    /// ```
    #[must_use]
    pub fn padding(self, padding: impl IntoPair) -> Patches {
        Patches {
            padding: padding.pair(),
            ..self
        }
    }

    /// The distance of neighbouring patches; 1.
    ///
    /// ```
    /// use d2l_core::{Patches, Tensor};
    /// let columns = Tensor::ones([1, 4, 4]).im2col(Patches::new(2).stride((2, 1)));
    /// assert_eq!(columns.shape(), [4, 6]);
    /// ```
    #[must_use]
    pub fn stride(self, stride: impl IntoPair) -> Patches {
        Patches {
            stride: stride.pair(),
            ..self
        }
    }

    fn geometry(&self, op: &'static str, image: [usize; 2]) -> Result<Geometry> {
        let list = |name: &str, v: [i64; 2], least: i64| match v.iter().all(|&n| n >= least) {
            true => Ok(v.map(|n| n as usize)),
            false => bail!(op, Value, "{name} {v:?} is less than {least}"),
        };
        let (kernel, stride) = (
            list("kernel", self.kernel, 1)?,
            list("stride", self.stride, 1)?,
        );
        let dilation = list("dilation", self.dilation, 1)?;
        let padding = list("padding", self.padding, 0)?;
        let count = |a: usize| {
            let span = dilation[a].checked_mul(kernel[a] - 1)?.checked_add(1)?;
            let room = padding[a]
                .checked_mul(2)?
                .checked_add(image[a])?
                .checked_sub(span)?;
            Some(room / stride[a] + 1)
        };
        let (Some(h), Some(w)) = (count(0), count(1)) else {
            bail!(op, Shape, "{self:?} do not fit into images of {image:?}")
        };
        Ok(Geometry {
            image,
            kernel,
            dilation,
            padding,
            stride,
            count: [h, w],
        })
    }
}

impl Tensor {
    /// All patches of images `[batch, channels, height, width]` (or one without the batch) as
    /// columns `[batch, channels · patch height · patch width, patches]`; PyTorch's
    /// `nn.functional.unfold`. A copy; [`Tensor::unfold`] makes views.
    ///
    /// # Panics
    /// For other numbers of axes, or if no patch fits.
    ///
    /// ```
    /// use d2l_core::{Patches, Tensor};
    /// let (x, w) = (Tensor::arange(9).float().reshape([1, 1, 3, 3]), Tensor::ones([1, 4]));
    /// let y = w.matmul(&x.im2col(Patches::new(2))); // a convolution with ones
    /// assert_eq!(y, Tensor::from([[[8.0, 12.0, 20.0, 24.0]]]));
    /// ```
    #[track_caller]
    pub fn im2col(&self, patches: Patches) -> Tensor {
        ok!(self.try_im2col(patches))
    }

    /// [`Tensor::im2col`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::im2col`].
    pub fn try_im2col(&self, patches: Patches) -> Result<Tensor> {
        let geometry = image_geometry(self, patches)?;
        Ok(self.columns(geometry))
    }

    /// The transpose of [`Tensor::im2col`]: columns back to images of `size`, where patches overlap
    /// added up; PyTorch's `nn.functional.fold`.
    ///
    /// # Panics
    /// If the columns are not those of such patches of such images.
    ///
    /// ```
    /// use d2l_core::{Patches, Tensor};
    /// let columns = Tensor::ones([1, 3, 3]).im2col(Patches::new(2));
    /// let counts = columns.col2im(3, Patches::new(2));
    /// assert_eq!(counts, Tensor::from([[[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]]));
    /// ```
    #[track_caller]
    pub fn col2im(&self, size: impl IntoPair, patches: Patches) -> Tensor {
        ok!(self.try_col2im(size, patches))
    }

    /// [`Tensor::col2im`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::col2im`].
    pub fn try_col2im(&self, size: impl IntoPair, patches: Patches) -> Result<Tensor> {
        let geometry = column_geometry(self, size.pair(), patches)?;
        Ok(self.images(geometry))
    }

    fn columns(&self, g: Geometry) -> Tensor {
        let n = self.dim();
        let rows = self.shape()[n - 3] * g.kernel[0] * g.kernel[1];
        let shape = self.dims().with(n - 3, rows).remove(n - 1);
        let shape = shape.with(n - 2, g.count[0] * g.count[1]);
        let x = self.contiguous_raw();
        let out = moved!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
            patches::im2col(&x.read::<T>(), &g, out);
        }));
        out.record("im2col", [self], move |h, _| [Some(h.images(g))])
    }

    fn images(&self, g: Geometry) -> Tensor {
        let n = self.dim();
        let channels = self.shape()[n - 2] / (g.kernel[0] * g.kernel[1]);
        let shape = self.dims().with(n - 2, channels).with(n - 1, g.image[0]);
        let shape = shape.insert(n, g.image[1]);
        let x = self.contiguous_raw();
        let out = stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
            patches::col2im(&x.read::<T>(), &g, out);
        }));
        out.record("col2im", [self], move |h, _| [Some(h.columns(g))])
    }
}

fn image_geometry(x: &Tensor, patches: Patches) -> Result<Geometry> {
    const OP: &str = "im2col";
    let (3 | 4, [.., channels, h, w]) = (x.dim(), x.shape()) else {
        let shape = x.shape();
        bail!(
            OP,
            Shape,
            "{shape:?} is not [channels, height, width] or a batch of it"
        )
    };
    if channels * h * w == 0 {
        bail!(OP, Shape, "images of {:?} are empty", x.shape());
    }
    let g = patches.geometry(OP, [*h, *w])?;
    let batch = x.numel() / (h * w);
    checked_numel(
        OP,
        &[batch, g.kernel[0], g.kernel[1], g.count[0], g.count[1]],
    )?;
    Ok(g)
}

fn column_geometry(x: &Tensor, size: [i64; 2], patches: Patches) -> Result<Geometry> {
    const OP: &str = "col2im";
    let (2 | 3, [.., rows, columns]) = (x.dim(), x.shape()) else {
        let shape = x.shape();
        bail!(
            OP,
            Shape,
            "{shape:?} is not a matrix of columns or a batch of it"
        )
    };
    if size.iter().any(|&n| n < 1) {
        bail!(OP, Value, "images of {size:?} are empty");
    }
    let g = patches.geometry(OP, size.map(|n| n as usize))?;
    let taps = g.kernel[0].saturating_mul(g.kernel[1]);
    if !rows.is_multiple_of(taps) || *rows == 0 || *columns != g.count[0] * g.count[1] {
        bail!(
            OP,
            Shape,
            "{:?} does not hold {taps} elements of {:?} patches of images of {size:?}",
            x.shape(),
            g.count
        );
    }
    checked_numel(OP, &[x.numel() / columns, g.image[0], g.image[1]])?;
    Ok(g)
}

#[cfg(test)]
mod tests {
    use super::Patches;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        im2col,
        |x| x
            .im2col(Patches::new((2, 3)).padding(1).stride((2, 1)))
            .square(),
        [2, 3, 4]; no empty, scalar
    );
    gradcheck_test!(
        col2im,
        |x| x.col2im((3, 4), Patches::new(2).dilation((1, 2))).square(),
        [8, 4]; no empty, scalar
    );

    #[test]
    fn a_batch_holds_the_columns_of_its_images() {
        let (x, p) = (
            Tensor::arange(48).reshape([2, 2, 3, 4]),
            Patches::new(2).padding((0, 1)),
        );
        let columns = x.im2col(p);
        assert_eq!(columns.shape(), [2, 8, 10]);
        assert_eq!(columns.i(1), x.i(1).im2col(p));
        assert_eq!(
            columns.col2im((3, 4), p).i(1),
            columns.i(1).col2im((3, 4), p)
        );
    }

    #[test]
    #[should_panic(expected = "col2im: [4, 3] does not hold 4 elements of [2, 2] patches")]
    fn columns_must_be_as_many_as_patches() {
        let _ = Tensor::zeros([4, 3]).col2im(3, Patches::new(2));
    }

    #[test]
    #[should_panic(expected = "im2col: stride [0, 0] is less than 1")]
    fn patches_lie_apart() {
        let _ = Tensor::zeros([1, 3, 3]).im2col(Patches::new(2).stride(0));
    }
}
