//! The window of a pool and its options.
use crate::{
    IntoShape,
    error::{Result, bail},
    kernel::pool::{Span, Windows},
    tensor::{Window, spatial},
};

/// The window of a pool and its options, with PyTorch's defaults: the stride is the window's size, no
/// padding, dilation 1, sizes rounded down. Sizes are a number for all axes or one per axis: `2`,
/// `(2, 1)`, `[2, 1]`.
///
/// ```
/// use d2l_core::{Pool, Tensor};
/// let x = Tensor::zeros([1, 1, 5, 5]);
/// assert_eq!(x.max_pool2d(&Pool::new(2)).shape(), [1, 1, 2, 2]);
/// assert_eq!(x.max_pool2d(&Pool::new(3).stride(2).padding(1)).shape(), [1, 1, 3, 3]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    kernel: Window,
    stride: Option<Window>,
    padding: Window,
    dilation: Window,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: Option<i64>,
}

impl Pool {
    /// Windows of this size, side by side.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(x.max_pool1d(&Pool::new(2)), Tensor::from([[3.0, 8.0]]));
    /// ```
    pub fn new(kernel: impl IntoShape) -> Pool {
        Pool {
            kernel: Window::new(kernel),
            stride: None,
            padding: Window::all(0),
            dilation: Window::all(1),
            ceil_mode: false,
            count_include_pad: true,
            divisor_override: None,
        }
    }

    /// How far the window moves.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(x.max_pool1d(&Pool::new(2).stride(1)), Tensor::from([[3.0, 3.0, 8.0]]));
    /// ```
    pub fn stride(self, stride: impl IntoShape) -> Pool {
        let stride = Some(Window::new(stride));
        Pool { stride, ..self }
    }

    /// Room around the input, at most half the window: nothing to a maximum, zeros to a mean.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[-1.0, -3.0]]);
    /// assert_eq!(x.max_pool1d(&Pool::new(2).padding(1)), Tensor::from([[-1.0, -3.0]]));
    /// assert_eq!(x.avg_pool1d(&Pool::new(2).padding(1)), Tensor::from([[-0.5, -1.5]]));
    /// ```
    pub fn padding(self, padding: impl IntoShape) -> Pool {
        let padding = Window::new(padding);
        Pool { padding, ..self }
    }

    /// Distance of neighbouring elements of the window; for maxima only.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0]]);
    /// assert_eq!(x.max_pool1d(&Pool::new(2).dilation(2)), Tensor::from([[2.0]]));
    /// ```
    pub fn dilation(self, dilation: impl IntoShape) -> Pool {
        let dilation = Window::new(dilation);
        Pool { dilation, ..self }
    }

    /// Whether a window may reach over the end: sizes are rounded up.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0]]);
    /// assert_eq!(x.max_pool1d(&Pool::new(2).ceil_mode(true)), Tensor::from([[3.0, 2.0]]));
    /// ```
    pub fn ceil_mode(self, ceil_mode: bool) -> Pool {
        Pool { ceil_mode, ..self }
    }

    /// Whether a mean counts the zeros of the padding.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let pool = Pool::new(2).padding(1).count_include_pad(false);
    /// assert_eq!(Tensor::from([[4.0, 6.0]]).avg_pool1d(&pool), Tensor::from([[4.0, 6.0]]));
    /// ```
    pub fn count_include_pad(self, count_include_pad: bool) -> Pool {
        Pool {
            count_include_pad,
            ..self
        }
    }

    /// By what a mean divides its sum, instead of the number of elements.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let pool = Pool::new(2).divisor_override(1);
    /// assert_eq!(Tensor::from([[4.0, 6.0]]).avg_pool1d(&pool), Tensor::from([[10.0]]));
    /// ```
    pub fn divisor_override(self, divisor: i64) -> Pool {
        let divisor_override = Some(divisor);
        Pool {
            divisor_override,
            ..self
        }
    }

    /// How many elements a window over `n` axes has.
    pub(crate) fn area(&self, op: &'static str, n: usize) -> Result<usize> {
        let sizes = self.kernel.along(op, "kernel", n, 1, 1)?;
        Ok(sizes.iter().product())
    }

    /// Is there room around the input?
    pub(crate) fn is_padded(&self) -> bool {
        self.padding != Window::all(0)
    }

    /// The windows over an image with `n` axes.
    pub(super) fn windows(
        &self,
        op: &'static str,
        n: usize,
        shape: &[usize],
        mean: bool,
    ) -> Result<Windows> {
        let kernel = self.kernel.along(op, "kernel", n, 1, 1)?;
        let stride = self
            .stride
            .unwrap_or(self.kernel)
            .along(op, "stride", n, 1, 1)?;
        let padding = self.padding.along(op, "padding", n, 0, 0)?;
        let dilation = self.dilation.along(op, "dilation", n, 1, 1)?;
        if mean && dilation != [1; 3] {
            bail!(op, Value, "only a maximum has a dilation, not a mean");
        }
        if self.divisor_override == Some(0) {
            bail!(
                op,
                Value,
                "divisor_override 0: a sum cannot be divided by zero"
            );
        }
        let input = spatial(shape, n);
        let mut spans = [const { Vec::new() }; 3];
        for i in 0..3 {
            let axis = Axis {
                input: input[i],
                kernel: kernel[i],
                stride: stride[i],
                padding: padding[i],
                dilation: dilation[i],
            };
            if 2 * axis.padding > axis.reach() {
                bail!(
                    op,
                    Value,
                    "padding {} is more than half of the window {}",
                    axis.padding,
                    axis.kernel
                );
            }
            let Some(outputs) = axis.outputs(self.ceil_mode) else {
                bail!(
                    op,
                    Shape,
                    "no output: the window {:?} does not fit the input {shape:?}",
                    self.kernel
                );
            };
            let span = |o| {
                if mean {
                    axis.mean(o, self.count_include_pad)
                } else {
                    axis.max(o)
                }
            };
            spans[i] = (0..outputs).map(span).collect();
        }
        let divisor = self.divisor_override.map(|d| d as f64);
        Ok(Windows {
            input,
            spans,
            divisor,
        })
    }
}

/// One axis of a pool.
struct Axis {
    input: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
}

impl Axis {
    /// From the window's first element to behind its last.
    fn reach(&self) -> usize {
        (self.kernel - 1)
            .saturating_mul(self.dilation)
            .saturating_add(1)
    }

    fn outputs(&self, ceil: bool) -> Option<usize> {
        let room = (self.input + 2 * self.padding).checked_sub(self.reach())?;
        let n = if ceil {
            room.div_ceil(self.stride)
        } else {
            room / self.stride
        } + 1;
        // The last window must begin within the input or in front of it.
        let outside = ceil && (n - 1) * self.stride >= self.input + self.padding;
        Some(n - usize::from(outside))
    }

    fn max(&self, o: usize) -> Span {
        let at = o * self.stride;
        let skipped = self.padding.saturating_sub(at).div_ceil(self.dilation);
        let start = at + skipped * self.dilation - self.padding;
        let inside = self.input.saturating_sub(start).div_ceil(self.dilation);
        let len = inside.min(self.kernel.saturating_sub(skipped));
        Span {
            start,
            len,
            step: self.dilation,
            count: len,
        }
    }

    fn mean(&self, o: usize, with_padding: bool) -> Span {
        let at = o * self.stride;
        let end = (at + self.kernel).min(self.input + 2 * self.padding);
        let start = at.saturating_sub(self.padding);
        let len = end
            .saturating_sub(self.padding)
            .min(self.input)
            .saturating_sub(start);
        Span {
            start,
            len,
            step: 1,
            count: if with_padding { end - at } else { len.max(1) },
        }
    }
}
