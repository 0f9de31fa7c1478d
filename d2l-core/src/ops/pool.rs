//! Pools: the greatest element or the mean of windows that move over an image.
mod options;

pub use options::Pool;

use crate::{
    DType, Tensor,
    error::{Result, ok},
    kernel::pool::Windows,
};

macro_rules! pools {
    ($($(#[$doc:meta])* $name:ident $try_name:ident -> $out:ty, $run:ident $axes:literal;)*) => {
        impl Tensor { $(
            $(#[$doc])*
            ///
            /// # Panics
            /// If the window does not fit, or this is no float image with a channel axis.
            #[track_caller]
            pub fn $name(&self, pool: &Pool) -> $out {
                ok!(self.$try_name(pool))
            }

            #[doc = concat!("[`Tensor::", stringify!($name), "`] as a `Result`.")]
            ///
            /// # Errors
            /// If the window does not fit, or this is no float image with a channel axis.
            pub fn $try_name(&self, pool: &Pool) -> Result<$out> {
                $run(self, stringify!($name), $axes, pool)
            }
        )* }
    };
}
pools! {
    /// The greatest element of each window along the last axis; PyTorch's `nn.functional.max_pool1d`.
    /// `x [n, c, l]` or `[c, l]`. A NaN is the greatest; of equals the first gets the gradient.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(x.max_pool1d(&Pool::new(2)), Tensor::from([[3.0, 8.0]]));
    /// ```
    max_pool1d try_max_pool1d -> Tensor, greatest 1;
    /// The greatest element of each window of an image; PyTorch's `nn.functional.max_pool2d`.
    /// `x [n, c, h, w]` or `[c, h, w]`. A NaN is the greatest; of equals the first gets the gradient.
    /// Book 7.5.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// let y = x.max_pool2d(&Pool::new(2).stride(1));
    /// assert_eq!(y, Tensor::from([[[4.0, 5.0], [7.0, 8.0]]]));
    /// ```
    max_pool2d try_max_pool2d -> Tensor, greatest 2;
    /// The greatest element of each window of a volume; PyTorch's `nn.functional.max_pool3d`.
    /// `x [n, c, d, h, w]` or `[c, d, h, w]`.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(x.max_pool3d(&Pool::new(2)).item(), 7.0);
    /// ```
    max_pool3d try_max_pool3d -> Tensor, greatest 3;
    /// [`Tensor::max_pool1d`] and where each maximum is, as a number within the axis; PyTorch's
    /// `return_indices=True`.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(x.max_pool1d_with_indices(&Pool::new(2)).1, Tensor::from([[1, 3]]));
    /// ```
    max_pool1d_with_indices try_max_pool1d_with_indices -> (Tensor, Tensor), greatest_at 1;
    /// [`Tensor::max_pool2d`] and where each maximum is, as a number within its plane, row by row.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// let (_, at) = x.max_pool2d_with_indices(&Pool::new(2).stride(1));
    /// assert_eq!(at, Tensor::from([[[4, 5], [7, 8]]]));
    /// ```
    max_pool2d_with_indices try_max_pool2d_with_indices -> (Tensor, Tensor), greatest_at 2;
    /// [`Tensor::max_pool3d`] and where each maximum is, as a number within its volume.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(x.max_pool3d_with_indices(&Pool::new(2)).1.item(), 7.0);
    /// ```
    max_pool3d_with_indices try_max_pool3d_with_indices -> (Tensor, Tensor), greatest_at 3;
    /// The mean of each window along the last axis; PyTorch's `nn.functional.avg_pool1d`.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::from([[1.0, 3.0, 2.0, 8.0]]);
    /// assert_eq!(x.avg_pool1d(&Pool::new(2)), Tensor::from([[2.0, 5.0]]));
    /// ```
    avg_pool1d try_avg_pool1d -> Tensor, mean 1;
    /// The mean of each window of an image; PyTorch's `nn.functional.avg_pool2d`. Book 7.5.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::arange(9).float().reshape([1, 3, 3]);
    /// let y = x.avg_pool2d(&Pool::new(2).stride(1));
    /// assert_eq!(y, Tensor::from([[[2.0, 3.0], [5.0, 6.0]]]));
    /// ```
    avg_pool2d try_avg_pool2d -> Tensor, mean 2;
    /// The mean of each window of a volume; PyTorch's `nn.functional.avg_pool3d`.
    ///
    /// ```
    /// use d2l_core::{Pool, Tensor};
    /// let x = Tensor::arange(8).float().reshape([1, 2, 2, 2]);
    /// assert_eq!(x.avg_pool3d(&Pool::new(2)).item(), 3.5);
    /// ```
    avg_pool3d try_avg_pool3d -> Tensor, mean 3;
}

fn windows(x: &Tensor, op: &'static str, n: usize, pool: &Pool, mean: bool) -> Result<Windows> {
    x.check_image(op, n)?;
    pool.windows(op, n, x.shape(), mean)
}

fn greatest(x: &Tensor, op: &'static str, n: usize, pool: &Pool) -> Result<Tensor> {
    Ok(x.window_max(n, windows(x, op, n, pool, false)?))
}

fn greatest_at(x: &Tensor, op: &'static str, n: usize, pool: &Pool) -> Result<(Tensor, Tensor)> {
    Ok(x.window_max_at(n, windows(x, op, n, pool, false)?, DType::I64))
}

fn mean(x: &Tensor, op: &'static str, n: usize, pool: &Pool) -> Result<Tensor> {
    Ok(x.window_mean(n, windows(x, op, n, pool, true)?))
}

#[cfg(test)]
mod tests {
    use crate::{Pool, Tensor, testing::gradcheck_test};
    gradcheck_test!(
        max_pool1d,
        |x| x.max_pool1d(&Pool::new(2).ceil_mode(true)),
        [2, 2, 5]; no empty, scalar);
    gradcheck_test!(
        max_pool2d,
        |x| x.max_pool2d(&Pool::new((3, 2)).stride(2).padding(1)),
        [2, 5, 4]; no empty, scalar);
    gradcheck_test!(
        max_pool_side_by_side,
        |x| x.max_pool2d(&Pool::new(2)),
        [2, 5, 5]; no empty, scalar);
    gradcheck_test!(
        max_pool_with_indices,
        |x| x
            .max_pool2d_with_indices(&Pool::new(2).dilation(2).stride(1))
            .0,
        [1, 4, 4]; no empty, scalar);
    gradcheck_test!(max_pool3d, |x| x.max_pool3d(&Pool::new(2)), [1, 2, 2, 4]; no empty, scalar);
    gradcheck_test!(max_pool_large, |x| x.max_pool1d(&Pool::new(300)), [1, 301]; no empty, scalar);
    gradcheck_test!(
        avg_pool1d,
        |x| x.avg_pool1d(&Pool::new(3).stride(2).padding(1)),
        [2, 2, 5]; no empty, scalar);
    gradcheck_test!(avg_pool2d, |x| x.avg_pool2d(&Pool::new(2)), [2, 2, 5, 4]; no empty, scalar);
    gradcheck_test!(
        avg_pool3d,
        |x| x.avg_pool3d(&Pool::new(2).ceil_mode(true).count_include_pad(false)),
        [1, 2, 3, 3]; no empty, scalar);

    #[test]
    #[should_panic(expected = "max_pool2d: padding 2 is more than half of the window 3")]
    fn padding_beyond_the_middle_is_refused() {
        let _ = Tensor::zeros([1, 5, 5]).max_pool2d(&Pool::new(3).padding(2));
    }
}
