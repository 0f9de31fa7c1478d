//! Largest and smallest elements and where they are.
use super::{
    over::{Over, reductions},
    walk::widen,
};
use crate::{
    DType, Tensor,
    error::{Result, ok},
    kernel::reduce::{self, Max, Min},
    tensor::{axis, wide},
};

macro_rules! extremum {
    ($word:literal $best:literal: $all:ident $dim:ident $keep:ident $arg:ident $arg_dim:ident $arg_keep:ident
     $amax:ident $amax_dim:ident $amax_keep:ident $kernel:ident $join:ident) => {
        impl Tensor {
            #[doc = concat!("The ", $word, " element. NaN wins; the gradient is shared equally among ties.")]
            ///
            /// # Panics
            /// If there are no elements.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([7, 9, 7]).", stringify!($all), "(), Tensor::from(", $best, "));")]
            /// ```
            #[track_caller]
            pub fn $all(&self) -> Tensor {
                const OP: &str = stringify!($all);
                let over = Over::all(self);
                ok!(over.check_some(OP, self));
                $amax(self, &over).shared_by_equals(OP, self)
            }

            #[doc = concat!("The ", $word, " element along an axis, which disappears, and its index: the first, where")]
            /// several tie. NaN wins. The gradient goes to that element.
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("let (values, indices) = Tensor::from([[9, 7, 9]]).", stringify!($dim), "(1);")]
            #[doc = concat!("assert_eq!(values, Tensor::from([", $best, "]));")]
            #[doc = concat!("assert_eq!(indices, Tensor::from([(9 - ", $best, ") / 2]));")]
            /// ```
            #[track_caller]
            pub fn $dim(&self, dim: isize) -> (Tensor, Tensor) {
                let (y, index) = ok!($kernel(stringify!($dim), self, dim));
                (self.without_axis(&y, dim), self.without_axis(&index, dim))
            }

            #[doc = concat!("[`Tensor::", stringify!($dim), "`] with the axis kept, with size 1.")]
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("let (values, _) = Tensor::from([[9, 7, 9]]).", stringify!($keep), "(1);")]
            #[doc = concat!("assert_eq!(values, Tensor::from([[", $best, "]]));")]
            /// ```
            #[track_caller]
            pub fn $keep(&self, dim: isize) -> (Tensor, Tensor) {
                ok!($kernel(stringify!($keep), self, dim))
            }

            #[doc = concat!("The index of the ", $word, " element in row-major order, as a 0-d `I64` tensor: the first, where")]
            /// several tie. NaN wins.
            ///
            /// # Panics
            /// If there are no elements.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("let x = Tensor::from([9, 7, 9]);\nassert_eq!(x.take(&x.", stringify!($arg), "()), Tensor::from(", $best, "));")]
            /// ```
            #[track_caller]
            pub fn $arg(&self) -> Tensor {
                let flat = self.detach().reshape(-1);
                let (_, index) = ok!($kernel(stringify!($arg), &flat, 0));
                flat.without_axis(&index, 0)
            }

            #[doc = concat!("The index of the ", $word, " element along an axis, which disappears: the first, where several tie.")]
            /// NaN wins.
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[9, 7, 9]]).", stringify!($arg_dim), "(1), Tensor::from([(9 - ", $best, ") / 2]));")]
            /// ```
            #[track_caller]
            pub fn $arg_dim(&self, dim: isize) -> Tensor {
                let (_, index) = ok!($kernel(stringify!($arg_dim), &self.detach(), dim));
                self.without_axis(&index, dim)
            }

            #[doc = concat!("[`Tensor::", stringify!($arg_dim), "`] with the axis kept, with size 1.")]
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            ///
            /// ```
            /// use d2l_core::Tensor;
            #[doc = concat!("assert_eq!(Tensor::from([[9, 7, 9]]).", stringify!($arg_keep), "(1), Tensor::from([[(9 - ", $best, ") / 2]]));")]
            /// ```
            #[track_caller]
            pub fn $arg_keep(&self, dim: isize) -> Tensor {
                ok!($kernel(stringify!($arg_keep), &self.detach(), dim)).1
            }
        }

        fn $kernel(op: &'static str, x: &Tensor, dim: isize) -> Result<(Tensor, Tensor)> {
            let a = axis(op, dim, x.dim())?;
            let over = Over::dims(op, x, &dim, true)?;
            over.check_some(op, x)?;
            let own = widen(x.contiguous_raw());
            let outer = x.shape().iter().take(a).product();
            let inner = x.shape().iter().skip(a + 1).product();
            let mut index = vec![0i64; over.shape.numel()];
            let y = wide!(own.dtype(), T => Tensor::build::<T>(own.dtype(), over.shape, |out| {
                reduce::$kernel(&own.read::<T>(), outer, over.n, inner, out, &mut index);
            }));
            let index = Tensor::build::<i64>(DType::I64, over.shape, |out| out.copy_from_slice(&index));
            Ok((y.to_dtype(x.dtype()).taken_from(op, x, a, &index), index))
        }

        /// The values alone, without gradient.
        fn $amax(x: &Tensor, over: &Over) -> Tensor {
            x.fold(over, $join).to_dtype(x.dtype())
        }
    };
}
extremum!("largest" "9": max max_dim max_keepdim argmax argmax_dim argmax_keepdim amax amax_dim amax_keepdim max_axis Max);
extremum!("smallest" "7": min min_dim min_keepdim argmin argmin_dim argmin_keepdim amin amin_dim amin_keepdim min_axis Min);

reductions! {
    largest, () -> Tensor;

    /// The largest element, as [`Tensor::max`].
    ///
    /// # Panics
    /// If there are no elements.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7, 9, 8]).amax(), Tensor::from(9));
    /// ```
    amax;

    /// The largest elements over one axis or several, which disappear. NaN wins. In contrast to
    /// [`Tensor::max_dim`] there are no indices, and the gradient is shared equally among ties.
    ///
    /// # Panics
    /// If an axis does not exist, is given twice or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[7, 9], [8, 5]]).amax_dim([0, 1]), Tensor::from(9));
    /// ```
    amax_dim;

    /// [`Tensor::amax_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist, is given twice or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[7, 9], [8, 5]]).amax_keepdim(1), Tensor::from([[9], [8]]));
    /// ```
    amax_keepdim;
}

reductions! {
    smallest, () -> Tensor;

    /// The smallest element, as [`Tensor::min`].
    ///
    /// # Panics
    /// If there are no elements.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7, 9, 8]).amin(), Tensor::from(7));
    /// ```
    amin;

    /// The smallest elements over one axis or several, which disappear. NaN wins. In contrast to
    /// [`Tensor::min_dim`] there are no indices, and the gradient is shared equally among ties.
    ///
    /// # Panics
    /// If an axis does not exist, is given twice or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[7, 9], [8, 5]]).amin_dim([0, 1]), Tensor::from(5));
    /// ```
    amin_dim;

    /// [`Tensor::amin_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist, is given twice or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([[7, 9], [8, 5]]).amin_keepdim(1), Tensor::from([[7], [5]]));
    /// ```
    amin_keepdim;
}

reductions! {
    both, () -> (Tensor, Tensor);

    /// The smallest and the largest element; see [`Tensor::amin`].
    ///
    /// # Panics
    /// If there are no elements.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7, 9, 8]).aminmax(), (Tensor::from(7), Tensor::from(9)));
    /// ```
    aminmax;

    /// The smallest and the largest elements over one axis or several, which disappear; see
    /// [`Tensor::amin_dim`].
    ///
    /// # Panics
    /// If an axis does not exist, is given twice or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (least, greatest) = Tensor::from([[7, 9], [8, 5]]).aminmax_dim(0);
    /// assert_eq!((least, greatest), (Tensor::from([7, 5]), Tensor::from([8, 9])));
    /// ```
    aminmax_dim;

    /// [`Tensor::aminmax_dim`] with the axes kept, with size 1.
    ///
    /// # Panics
    /// If an axis does not exist, is given twice or is empty.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([7, 9]).aminmax_keepdim(0), (Tensor::from([7]), Tensor::from([9])));
    /// ```
    aminmax_keepdim;
}

fn largest(op: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    over.check_some(op, x)?;
    Ok(amax(x, over).shared_among_ties(op, x, over))
}

fn smallest(op: &'static str, x: &Tensor, over: &Over) -> Result<Tensor> {
    over.check_some(op, x)?;
    Ok(amin(x, over).shared_among_ties(op, x, over))
}

fn both(op: &'static str, x: &Tensor, over: &Over) -> Result<(Tensor, Tensor)> {
    Ok((smallest(op, x, over)?, largest(op, x, over)?))
}

impl Tensor {
    /// Records this as elements of `x`, with a gradient that all equal ones share.
    fn shared_among_ties(self, op: &'static str, x: &Tensor, over: &Over) -> Tensor {
        let (saved, over) = (x.saved(op), over.clone());
        self.record_output(op, [x], move |g, cx| {
            let ties = saved.eq(over.spread(cx.output())).to_dtype(g.dtype());
            let share = over.spread(g) / ties.sum_keepdim(&over.axes);
            [Some(share * ties)]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(max, |x| x.max(), [3, 4]; no empty);
    gradcheck_test!(min, |x| x.min(), [3, 4]; no empty);
    gradcheck_test!(max_dim, |x| x.max_dim(1).0, [3, 4]; no empty, scalar);
    gradcheck_test!(min_dim, |x| x.min_keepdim(0).0, [3, 4]; no empty);
    gradcheck_test!(amax, |x| x.amax_dim([0, 2]), [3, 4, 2]; no empty, scalar);
    gradcheck_test!(amin, |x| x.amin_keepdim(-1), [3, 4]; no empty);
    gradcheck_test!(aminmax, |x| x.aminmax().0 * x.aminmax().1, [3, 4]; no empty);

    #[test]
    fn the_first_of_several_is_found_and_nan_wins() {
        let x = Tensor::from([[1.0, 3.0, 3.0], [f32::NAN, 5.0, 0.0]]);
        let (values, indices) = x.max_dim(-1);
        assert_eq!(indices, Tensor::from([1, 0]));
        assert_eq!(values.i(0).item(), 3.0);
        assert!(values.i(1).item().is_nan());
        assert_eq!(Tensor::from([2, 7, 7]).argmax().item(), 1.0);
        assert_eq!(Tensor::from([2, 7, -7]).argmin_dim(0).item(), 2.0);
    }

    #[test]
    fn a_number_has_an_axis() {
        let (value, index) = Tensor::from(4.0).max_keepdim(-1);
        assert_eq!((value, index), (Tensor::from(4.0), Tensor::from(0)));
    }

    #[test]
    fn no_rows_have_no_maxima() {
        assert_eq!(Tensor::zeros([3, 0]).max_dim(0).1.shape(), [0]);
        assert_eq!(Tensor::zeros([0, 3]).argmin_keepdim(1).shape(), [0, 1]);
    }

    #[test]
    fn ties_share_the_gradient_or_the_first_has_it() {
        let x = Tensor::from([[3.0, 1.0, 3.0]]).requires_grad_(true);
        x.max().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([[0.5, 0.0, 0.5]]));
        x.zero_grad();
        x.amax_dim(1).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([[0.5, 0.0, 0.5]]));
        x.zero_grad();
        x.max_dim(1).0.sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([[1.0, 0.0, 0.0]]));
    }

    #[test]
    #[should_panic(expected = "max: [0] has no elements to choose from")]
    fn the_maximum_of_nothing_is_refused() {
        let _ = Tensor::zeros([0]).max();
    }

    #[test]
    #[should_panic(expected = "amin_dim: [5, 0, 5] has no elements to choose from")]
    fn an_empty_axis_is_refused_even_if_nothing_is_asked_for() {
        let _ = Tensor::zeros([5, 0, 5]).amin_dim(1);
    }
}
