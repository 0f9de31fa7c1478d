//! The element in the middle.
use super::over::Over;
use crate::{
    Tensor,
    error::{Result, ok},
    kernel::{math::Num, sort as kernel},
    tensor::wide,
};

macro_rules! median {
    ($what:literal $nan:literal $result:literal: $all:ident $dim:ident $keep:ident $rank:ident) => {
        impl Tensor {
            #[doc = concat!($what, ": of an even number of elements the lower one in the middle. ", $nan)]
            /// Equal elements share the gradient; of nothing, NaN.
            ///
            /// # Panics
            /// For integers, if there are no elements.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([4, 1, 3, 2]).", stringify!($all), "(), Tensor::from(2));")]
            /// ```
            #[track_caller]
            pub fn $all(&self) -> Tensor {
                const OP: &str = stringify!($all);
                if self.numel() == 0 && self.dtype().is_float() {
                    return Tensor::filled(crate::tensor::Dims::new(&[]), f64::NAN, self.dtype());
                }
                let flat = self.detach().reshape(-1);
                let (y, _) = ok!(middle(OP, &flat, 0, |nan, n| $rank(nan, n)));
                flat.without_axis(&y, 0).shared_by_equals(OP, self)
            }

            #[doc = concat!($what, " along axis `dim`, which disappears, and its index: the first, where several")]
            #[doc = concat!("tie. Of an even number of elements it is the lower one in the middle. ", $nan)]
            /// The gradient goes to that element.
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("let (value, index) = Tensor::from([4.0, f32::NAN, 3.0]).", stringify!($dim), "(0);")]
            #[doc = concat!("assert_eq!((value.item().is_nan(), index), (", $result, ".is_nan(), Tensor::from(if ", $result, ".is_nan() { 1 } else { 2 })));")]
            /// ```
            #[track_caller]
            pub fn $dim(&self, dim: isize) -> (Tensor, Tensor) {
                let (y, index) = ok!(middle(stringify!($dim), self, dim, |nan, n| $rank(nan, n)));
                (self.without_axis(&y, dim), self.without_axis(&index, dim))
            }

            #[doc = concat!("[`Tensor::", stringify!($dim), "`] with the axis kept, with size 1.")]
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[4, 1, 3]]).", stringify!($keep), "(1).0, Tensor::from([[3]]));")]
            /// ```
            #[track_caller]
            pub fn $keep(&self, dim: isize) -> (Tensor, Tensor) {
                ok!(middle(stringify!($keep), self, dim, |nan, n| $rank(nan, n)))
            }
        }
    };
}
median!("The median" "NaN, if there is one." "f32::NAN": median median_dim median_keepdim or_nan);
median!("The median of what is not NaN" "NaN, if there is nothing else." "3f32": nanmedian nanmedian_dim nanmedian_keepdim of_numbers);

/// The place in order of the median of `n` elements, the last `nan` of which are NaN.
fn or_nan(nan: usize, n: usize) -> usize {
    if nan > 0 { n - nan } else { (n - 1) / 2 }
}

fn of_numbers(nan: usize, n: usize) -> usize {
    (n - nan).saturating_sub(1) / 2
}

fn middle(
    op: &'static str,
    x: &Tensor,
    dim: isize,
    rank: fn(usize, usize) -> usize,
) -> Result<(Tensor, Tensor)> {
    Over::dims(op, x, &dim, true)?.check_some(op, x)?;
    x.choose(op, dim, &|_| Ok(1), &|rows, n, out| {
        wide!(rows.dtype(), T => kernel::nth_rows(&rows.read::<T>(), n, &|row: &[T]| {
                rank(row.iter().filter(|v| Num::is_nan(**v)).count(), n)
            }, out));
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(median, |x| x.median(), [3, 4]);
    gradcheck_test!(median_dim, |x| x.median_dim(0).0, [3, 4]; no empty);
    gradcheck_test!(nanmedian, |x| x.nanmedian_keepdim(-1).0, [3, 4]; no empty);

    #[test]
    fn nan_is_the_median_or_is_left_out() {
        let x = Tensor::from([[2.0, f32::NAN, 1.0, 7.0], [f32::NAN; 4]]);
        let (values, indices) = x.nanmedian_dim(1);
        assert_eq!(values.i(0).item(), 2.0);
        assert!(values.i(1).item().is_nan());
        assert_eq!(indices, Tensor::from([0, 0]));
        assert_eq!(x.median_dim(1).1, Tensor::from([1, 0]));
        assert!(x.median().item().is_nan());
        assert!(Tensor::zeros([0]).median().item().is_nan());
    }

    #[test]
    #[should_panic(expected = "median_dim: [0, 3] has no elements to choose from")]
    fn an_empty_axis_is_refused() {
        let _ = Tensor::zeros([0, 3]).median_dim(0);
    }
}
