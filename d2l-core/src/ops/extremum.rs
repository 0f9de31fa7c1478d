//! Largest and smallest elements and where they are.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    kernel::reduce,
    tensor::{Dims, axis, stored},
};

macro_rules! extremum {
    ($word:literal $all:ident $dim:ident $arg:ident $arg_dim:ident $kernel:ident) => {
        impl Tensor {
            #[doc = concat!("The ", $word, " element. NaN wins; the gradient is shared equally among ties.")]
            ///
            /// # Panics
            /// If there are no elements.
            #[track_caller]
            pub fn $all(&self) -> Tensor {
                let (y, _) = ok!(extreme(stringify!($all), self, None, Which::$all));
                let x = self.saved(stringify!($all));
                y.record_output(stringify!($all), [self], move |g, cx| {
                    let ties = x.eq(cx.output()).to_dtype(g.dtype());
                    [Some(g * (&ties / ties.sum()))]
                })
            }

            #[doc = concat!("The ", $word, " element along an axis, which disappears, and its index (the first, where several tie; NaN wins).")]
            /// The gradient goes to that element.
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            #[track_caller]
            pub fn $dim(&self, dim: isize) -> (Tensor, Tensor) {
                let (y, index) = ok!(extreme(stringify!($dim), self, Some(dim), Which::$all));
                let at = index.saved(stringify!($dim));
                let (n, shape) = (self.size(dim), *self.dims());
                let y = y.record(stringify!($dim), [self], move |g, _| {
                    let chosen = one_hot(&at, dim, n).to_dtype(g.dtype());
                    [Some((g.unsqueeze(dim) * chosen).reshape(shape))]
                });
                (y, index)
            }

            #[doc = concat!("The index of the ", $word, " element in row-major order, as a 0-d `I64` tensor; the first, where several tie.")]
            ///
            /// # Panics
            /// If there are no elements.
            #[track_caller]
            pub fn $arg(&self) -> Tensor {
                ok!(extreme(stringify!($arg), self, None, Which::$all)).1
            }

            #[doc = concat!("The index of the ", $word, " element along an axis, which disappears; the first, where several tie.")]
            ///
            /// # Panics
            /// If the axis does not exist or is empty.
            #[track_caller]
            pub fn $arg_dim(&self, dim: isize) -> Tensor {
                ok!(extreme(stringify!($arg_dim), self, Some(dim), Which::$all)).1
            }
        }
    };
}
extremum!("largest" max max_dim argmax argmax_dim max_axis);
extremum!("smallest" min min_dim argmin argmin_dim min_axis);

#[allow(
    non_camel_case_types,
    reason = "named after the methods they stand for"
)]
enum Which {
    max,
    min,
}

/// Values and indices along `dim`, or over everything.
fn extreme(
    op: &'static str,
    x: &Tensor,
    dim: Option<isize>,
    which: Which,
) -> Result<(Tensor, Tensor)> {
    let x = x.detach().contiguous();
    let (outer, n, inner, shape) = match dim {
        None => (1, x.numel(), 1, Dims::new(&[])),
        Some(d) if x.dim() == 0 => {
            axis(op, d, 0)?;
            (1, 1, 1, Dims::new(&[]))
        }
        Some(d) => {
            let a = axis(op, d, x.dim())?;
            let s = x.shape();
            (
                s[..a].iter().product(),
                s[a],
                s[a + 1..].iter().product(),
                x.dims().remove(a),
            )
        }
    };
    if n == 0 && shape.numel() > 0 {
        bail!(op, Shape, "{:?} has no elements to choose from", x.shape());
    }
    let mut index = vec![0i64; shape.numel()];
    let values = stored!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
        let run = match which { Which::max => reduce::max_axis, Which::min => reduce::min_axis };
        run(&x.read::<T>(), outer, n, inner, out, &mut index);
    }));
    Ok((
        values,
        Tensor::build::<i64>(DType::I64, shape, |out| out.copy_from_slice(&index)),
    ))
}

/// True where the position along a new axis `dim` of size `n` is `index`.
fn one_hot(index: &Tensor, dim: isize, n: usize) -> Tensor {
    let index = index.unsqueeze(dim);
    let at = if dim < 0 {
        dim + index.dim() as isize
    } else {
        dim
    };
    let mut shape = vec![1isize; index.dim()];
    if let Some(s) = shape.get_mut(at as usize) {
        *s = n as isize;
    }
    index.eq(Tensor::arange(n).reshape(shape))
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(max, |x| x.max(), [3, 4]; no empty);
    gradcheck_test!(min, |x| x.min(), [3, 4]; no empty);
    gradcheck_test!(max_dim, |x| x.max_dim(1).0, [3, 4]; no empty, scalar);
    gradcheck_test!(min_dim, |x| x.min_dim(0).0, [3, 4]; no empty);

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
    fn ties_share_the_gradient() {
        let x = Tensor::from([1.0, 3.0, 3.0]).requires_grad_(true);
        x.max().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.0, 0.5, 0.5]));
    }

    #[test]
    #[should_panic(expected = "max: [0] has no elements to choose from")]
    fn nothing_has_no_maximum() {
        let _ = Tensor::zeros([0]).max();
    }
}
