//! The greatest element and the mean of given windows: what all pools come down to.
use crate::{
    DType, Tensor,
    error::{Result, bail},
    kernel::pool::{self as kernel, Windows},
    tensor::{Dims, float},
};
use std::sync::Arc;

/// Runs the body with `$I` = how places of this dtype are stored.
macro_rules! place {
    ($at:expr, $I:ident => $body:expr) => {
        match $at {
            DType::U8 => {
                type $I = u8;
                $body
            }
            _ => {
                type $I = i64;
                $body
            }
        }
    };
}

impl Tensor {
    /// That this is a float image of `n` spatial axes, with channels and perhaps a batch, and not empty
    /// but for the batch.
    pub(crate) fn check_image(&self, op: &'static str, n: usize) -> Result<()> {
        self.check_float(op)?;
        let (shape, dim) = (self.shape(), self.dim());
        if dim != n + 1 && dim != n + 2 {
            bail!(
                op,
                Shape,
                "input {shape:?} has {dim} axes, not {} or {}",
                n + 1,
                n + 2
            );
        }
        if shape[dim - n - 1..].contains(&0) {
            bail!(
                op,
                Shape,
                "input {shape:?} is empty, and not only along its batch axis"
            );
        }
        Ok(())
    }

    /// The maxima over windows of the last `axes` axes; their places are found only if a gradient will
    /// be asked for.
    pub(crate) fn window_max(&self, axes: usize, windows: Windows) -> Tensor {
        if crate::autograd::is_recording(&[self]) {
            let small = windows.most() <= 256;
            let places = if small { DType::U8 } else { DType::I64 };
            return self.window_max_at(axes, windows, places).0;
        }
        let image = Image { windows, axes };
        let x = self.contiguous_raw();
        float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), image.output(&x), |y| {
            kernel::max(&image.windows, &x.read::<T>(), y);
        }))
    }

    /// The maxima and their places: within the window as `U8`, or within the plane as `I64`.
    pub(crate) fn window_max_at(
        &self,
        axes: usize,
        windows: Windows,
        places: DType,
    ) -> (Tensor, Tensor) {
        let image = Arc::new(Image { windows, axes });
        let (raw, dims) = (self.contiguous_raw(), image.output(self));
        let mut y = None;
        let at = float!(raw.dtype(), T => place!(places, I => Tensor::build::<I>(places, dims, |at| {
            y = Some(Tensor::build::<T>(raw.dtype(), dims, |y| {
                kernel::max_at(&image.windows, &raw.read::<T>(), y, at);
            }));
        })));
        let (y, kept) = (y.expect("built above"), at.clone());
        let y = y.record("max_pool", [self], move |g, _| {
            [Some(spread(g, &kept, &image))]
        });
        (y, at)
    }

    /// The means over windows of the last `axes` axes.
    pub(crate) fn window_mean(&self, axes: usize, windows: Windows) -> Tensor {
        average(self, &Arc::new(Image { windows, axes }))
    }
}

/// The windows, and how many of their axes are real.
struct Image {
    windows: Windows,
    axes: usize,
}

impl Image {
    /// The shape of `x` with other spatial sizes.
    fn shaped(&self, x: &Tensor, sizes: [usize; 3]) -> Dims {
        let mut dims = *x.dims();
        let n = dims.len();
        assert!(
            n >= self.axes,
            "pool: {:?} has fewer than {} axes",
            x.shape(),
            self.axes
        );
        dims[n - self.axes..].copy_from_slice(&sizes[3 - self.axes..]);
        dims
    }

    fn output(&self, x: &Tensor) -> Dims {
        self.shaped(x, self.windows.output())
    }

    fn input(&self, y: &Tensor) -> Dims {
        self.shaped(y, self.windows.input)
    }
}

/// The gradient of the maxima, sent to where they were.
fn spread(g: &Tensor, at: &Tensor, image: &Arc<Image>) -> Tensor {
    let raw = g.contiguous_raw();
    let x = float!(g.dtype(), T => place!(at.dtype(), I => Tensor::build::<T>(g.dtype(), image.input(g), |x| {
        kernel::spread(&image.windows, &raw.read::<T>(), &at.read::<I>(), x);
    })));
    let (at, image) = (at.clone(), image.clone());
    x.record("max_pool_backward", [g], move |g, _| {
        [Some(pick(g, &at, &image))]
    })
}

/// What lies where the maxima were.
fn pick(x: &Tensor, at: &Tensor, image: &Arc<Image>) -> Tensor {
    let raw = x.contiguous_raw();
    let y = float!(x.dtype(), T => place!(at.dtype(), I => Tensor::build::<T>(x.dtype(), *at.dims(), |y| {
        kernel::pick(&image.windows, &raw.read::<T>(), &at.read::<I>(), y);
    })));
    let (at, image) = (at.clone(), image.clone());
    y.record("max_pool_backward", [x], move |g, _| {
        [Some(spread(g, &at, &image))]
    })
}

/// The means.
fn average(x: &Tensor, image: &Arc<Image>) -> Tensor {
    let raw = x.contiguous_raw();
    let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), image.output(x), |y| {
        kernel::mean(&image.windows, &raw.read::<T>(), y);
    }));
    let image = image.clone();
    y.record("avg_pool", [x], move |g, _| [Some(shared(g, &image))])
}

/// The gradient of the means, shared out over the windows.
fn shared(g: &Tensor, image: &Arc<Image>) -> Tensor {
    let raw = g.contiguous_raw();
    let x = float!(g.dtype(), T => Tensor::build::<T>(g.dtype(), image.input(g), |x| {
        kernel::share(&image.windows, &raw.read::<T>(), x);
    }));
    let image = image.clone();
    x.record("avg_pool_backward", [g], move |g, _| {
        [Some(average(g, &image))]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Pool, grad, kernel::pool::Span, testing::gradcheck_test};

    /// Windows of two over an axis of four.
    fn image() -> Arc<Image> {
        let span = |start, len| Span {
            start,
            len,
            step: 1,
            count: len,
        };
        let windows = Windows {
            input: [1, 1, 4],
            spans: [
                vec![span(0, 1)],
                vec![span(0, 1)],
                vec![span(0, 2), span(1, 2), span(2, 2)],
            ],
            divisor: None,
        };
        Arc::new(Image { windows, axes: 1 })
    }

    fn places() -> Tensor {
        Tensor::from([[1u8, 0, 0], [0, 1, 1]])
    }

    gradcheck_test!(
        max_pool_backward,
        |g| spread(g, &places(), &image()),
        [2, 3]; no empty, scalar
    );
    gradcheck_test!(max_pool_places, |x| pick(x, &places(), &image()), [2, 4]; no empty, scalar);
    gradcheck_test!(avg_pool_backward, |g| shared(g, &image()), [2, 3]; no empty, scalar);

    #[test]
    fn pools_have_second_derivatives() {
        let pool = Pool::new(2);
        let f = |x: &Tensor| (x.avg_pool1d(&pool).square() + x.max_pool1d(&pool).square()).sum();
        let second = grad(|x: &Tensor| grad(f)(x).sum())(&Tensor::from([[1.0, 3.0]]));
        assert_eq!(second, Tensor::from([[1.0, 3.0]]));
    }
}
