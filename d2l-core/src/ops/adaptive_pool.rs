//! Pools whose windows follow from the size of the result.
use crate::{
    DType, IntoShape, Tensor,
    error::{Result, bail, ok},
    kernel::pool::{Span, Windows},
    tensor::spatial,
};

macro_rules! adaptive {
    ($($(#[$doc:meta])* $name:ident $try_name:ident -> $out:ty, $run:ident $axes:literal;)*) => {
        impl Tensor { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If there are not as many sizes as axes, one is negative, or this is no float image with a channel axis.
            #[track_caller]
            pub fn $name(&self, output: impl IntoOutput) -> $out {
                ok!(self.$try_name(output))
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] as a `Result`.")]
            ///
            /// # Errors
            /// As the panics.
            pub fn $try_name(&self, output: impl IntoOutput) -> Result<$out> {
                $run(self, stringify!($name), $axes, &output)
            }
        )* }
    };
}
adaptive! {
    /// The greatest elements of windows chosen so that there are `output` of them. Window `i` of `n`
    /// over an axis of `l` goes from `⌊i l / n⌋` to `⌈(i + 1) l / n⌉`; `None` keeps the size. PyTorch's
    /// `nn.functional.adaptive_max_pool1d`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0, 0.0]]);
    /// assert_eq!(x.adaptive_max_pool1d(2), Tensor::from([[3.0, 8.0]]));
    /// ```
    adaptive_max_pool1d try_adaptive_max_pool1d -> Tensor, greatest 1;
    /// [`Tensor::adaptive_max_pool1d`] for images.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// assert_eq!(x.adaptive_max_pool2d((1, 3)), Tensor::from([[[6.0, 7.0, 8.0]]]));
    /// ```
    adaptive_max_pool2d try_adaptive_max_pool2d -> Tensor, greatest 2;
    /// [`Tensor::adaptive_max_pool1d`] for volumes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(x.adaptive_max_pool3d([Some(1), Some(1), None]).to_vec::<f32>(), [6.0, 7.0]);
    /// ```
    adaptive_max_pool3d try_adaptive_max_pool3d -> Tensor, greatest 3;
    /// [`Tensor::adaptive_max_pool1d`] and where each maximum is.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0, 0.0]]);
    /// assert_eq!(x.adaptive_max_pool1d_with_indices(2).1, Tensor::from([[1, 3]]));
    /// ```
    adaptive_max_pool1d_with_indices try_adaptive_max_pool1d_with_indices -> (Tensor, Tensor), greatest_at 1;
    /// [`Tensor::adaptive_max_pool2d`] and where each maximum is.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// assert_eq!(x.adaptive_max_pool2d_with_indices(1).1.item(), 8.0);
    /// ```
    adaptive_max_pool2d_with_indices try_adaptive_max_pool2d_with_indices -> (Tensor, Tensor), greatest_at 2;
    /// [`Tensor::adaptive_max_pool3d`] and where each maximum is.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(x.adaptive_max_pool3d_with_indices(1).1.item(), 7.0);
    /// ```
    adaptive_max_pool3d_with_indices try_adaptive_max_pool3d_with_indices -> (Tensor, Tensor), greatest_at 3;
    /// The means of windows chosen so that there are `output` of them, as in
    /// [`Tensor::adaptive_max_pool1d`]; PyTorch's `nn.functional.adaptive_avg_pool1d`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0, 0.0]]);
    /// assert_eq!(x.adaptive_avg_pool1d(1), Tensor::from([[2.8]]));
    /// ```
    adaptive_avg_pool1d try_adaptive_avg_pool1d -> Tensor, mean 1;
    /// [`Tensor::adaptive_avg_pool1d`] for images; with `1` the global mean. Book 8.3.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// assert_eq!(x.adaptive_avg_pool2d(1), Tensor::from([[[4.0]]]));
    /// ```
    adaptive_avg_pool2d try_adaptive_avg_pool2d -> Tensor, mean 2;
    /// [`Tensor::adaptive_avg_pool1d`] for volumes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(x.adaptive_avg_pool3d((1, 1, 2)).to_vec::<f32>(), [3.0, 4.0]);
    /// ```
    adaptive_avg_pool3d try_adaptive_avg_pool3d -> Tensor, mean 3;
}
/// What an adaptive pool takes as its output size: a number, sizes like those of [`Pool::new`](crate::Pool::new), or an
/// array of options in which `None` keeps the size of the input.
pub trait IntoOutput {
    /// The sizes; one is for all axes.
    fn sizes(&self) -> Vec<Option<isize>>;
}

impl<S: IntoShape> IntoOutput for S {
    fn sizes(&self) -> Vec<Option<isize>> {
        let (sizes, n) = self.entries();
        sizes[..n].iter().map(|&s| Some(s)).collect()
    }
}

impl<const N: usize> IntoOutput for [Option<usize>; N] {
    fn sizes(&self) -> Vec<Option<isize>> {
        self[..].sizes()
    }
}

impl IntoOutput for [Option<usize>] {
    fn sizes(&self) -> Vec<Option<isize>> {
        self.iter().map(|s| s.map(|s| s as isize)).collect()
    }
}

impl IntoOutput for Option<usize> {
    fn sizes(&self) -> Vec<Option<isize>> {
        [*self].sizes()
    }
}

impl IntoOutput for (Option<usize>, Option<usize>) {
    fn sizes(&self) -> Vec<Option<isize>> {
        [self.0, self.1].sizes()
    }
}

impl IntoOutput for (Option<usize>, Option<usize>, Option<usize>) {
    fn sizes(&self) -> Vec<Option<isize>> {
        [self.0, self.1, self.2].sizes()
    }
}

impl IntoOutput for Vec<Option<usize>> {
    fn sizes(&self) -> Vec<Option<isize>> {
        self[..].sizes()
    }
}

/// The windows that give `output`.
fn windows(x: &Tensor, op: &'static str, n: usize, output: &impl IntoOutput) -> Result<Windows> {
    x.check_image(op, n)?;
    let sizes = output.sizes();
    if sizes.len() != 1 && sizes.len() != n {
        bail!(
            op,
            Shape,
            "output size {sizes:?} has {} sizes, not 1 or {n}",
            sizes.len()
        );
    }
    if let Some(bad) = sizes.iter().flatten().find(|&&s| s < 0) {
        bail!(op, Value, "output size {bad} is negative");
    }
    let input = spatial(x.shape(), n);
    let mut spans = [const { Vec::new() }; 3];
    for (i, spans) in spans.iter_mut().enumerate() {
        let size = i.checked_sub(3 - n).map(|i| sizes[i.min(sizes.len() - 1)]);
        let outputs = size.flatten().map_or(input[i], |s| s as usize);
        *spans = (0..outputs)
            .map(|o| share_of(input[i], o, outputs))
            .collect();
    }
    Ok(Windows {
        input,
        spans,
        divisor: None,
    })
}

/// Window `o` of `outputs`.
fn share_of(input: usize, o: usize, outputs: usize) -> Span {
    let start = o * input / outputs;
    let len = ((o + 1) * input).div_ceil(outputs) - start;
    Span {
        start,
        len,
        step: 1,
        count: len,
    }
}

fn greatest(x: &Tensor, op: &'static str, n: usize, output: &impl IntoOutput) -> Result<Tensor> {
    Ok(x.window_max(n, windows(x, op, n, output)?))
}

fn greatest_at(
    x: &Tensor,
    op: &'static str,
    n: usize,
    output: &impl IntoOutput,
) -> Result<(Tensor, Tensor)> {
    Ok(x.window_max_at(n, windows(x, op, n, output)?, DType::I64))
}

fn mean(x: &Tensor, op: &'static str, n: usize, output: &impl IntoOutput) -> Result<Tensor> {
    Ok(x.window_mean(n, windows(x, op, n, output)?))
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        adaptive_avg_pool,
        |x| x.adaptive_avg_pool2d((2, 3)),
        [1, 5, 4]; no empty, scalar);
    gradcheck_test!(
        adaptive_max_pool,
        |x| x.adaptive_max_pool2d([None, Some(2)]),
        [1, 2, 5]; no empty, scalar);
}
