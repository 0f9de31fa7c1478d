//! The inputs that a summary is made for: their shapes.
use crate::module::Forward;
use d2l_core::{DType, Tensor};

/// The shape of one argument of `forward`.
pub trait InputShape {
    /// The argument.
    type Arg<'a>;
    /// Zeros of this shape, if the argument is there.
    fn zeros(&self) -> Option<Tensor>;
    /// The argument that these zeros are.
    fn arg(zeros: &Option<Tensor>) -> Self::Arg<'_>;
}

/// The shape of an argument of integers, such as the words of a text.
#[derive(Clone, Copy, Debug)]
pub struct Long<const N: usize>(pub [usize; N]);

/// The shapes of all arguments of the `forward` of `M`: one, or a tuple of them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are not the shapes of the inputs of `{M}`",
    label = "not the shapes of its inputs",
    note = "write `[2, 3]` for one argument, `([2, 3], [2])` for two, `Long([2, 9])` for integers"
)]
pub trait InputShapes<M: ?Sized> {
    /// Calls `forward` on zeros of these shapes.
    #[track_caller]
    fn run(&self, m: &M);
}

macro_rules! input_shape {
    ($([$($g:tt)*] $shape:ty, |$s:ident| $zeros:expr;)*) => { $(
        impl<$($g)*> InputShape for $shape {
            type Arg<'a> = &'a Tensor;

            fn zeros(&self) -> Option<Tensor> {
                let $s = self;
                Some($zeros)
            }

            fn arg(zeros: &Option<Tensor>) -> &Tensor {
                match zeros {
                    Some(t) => t,
                    None => unreachable!("`zeros` makes a tensor"),
                }
            }
        }

        impl<M: for<'a> Forward<(&'a Tensor,)>, $($g)*> InputShapes<M> for $shape {
            fn run(&self, m: &M) {
                let $s = self;
                m.call((&$zeros,));
            }
        }
    )* };
}

input_shape! {
    [const N: usize] [usize; N], |s| Tensor::zeros(*s);
    [] Vec<usize>, |s| Tensor::zeros(s.clone());
    [] &[usize], |s| Tensor::zeros(*s);
    [const N: usize] Long<N>, |s| Tensor::zeros(s.0).to_dtype(DType::I64);
}

impl<S: InputShape> InputShape for Option<S> {
    type Arg<'a> = Option<&'a Tensor>;

    fn zeros(&self) -> Option<Tensor> {
        self.as_ref()?.zeros()
    }

    fn arg(zeros: &Option<Tensor>) -> Option<&Tensor> {
        zeros.as_ref()
    }
}

macro_rules! tuples {
    ($(($($t:ident $i:tt),+))*) => { $(
        impl<M: for<'a> Forward<($($t::Arg<'a>,)+)>, $($t: InputShape),+> InputShapes<M> for ($($t,)+) {
            fn run(&self, m: &M) {
                let zeros = ($(self.$i.zeros(),)+);
                m.call(($($t::arg(&zeros.$i),)+));
            }
        }
    )* };
}

tuples! { (A 0) (A 0, B 1) (A 0, B 1, C 2) (A 0, B 1, C 2, D 3) (A 0, B 1, C 2, D 3, E 4) }
