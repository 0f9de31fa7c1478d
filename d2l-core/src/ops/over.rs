//! What a reduction goes over, the pass that all of them share, and their three forms: over
//! everything, over axes that disappear, over axes that stay with size 1.
use super::walk::widen;
use crate::{
    IntoShape, Tensor,
    error::{Result, bail},
    kernel::reduce::{self, Join},
    tensor::{Dims, axes, wide},
};

/// The axes of a reduction and the shapes that follow.
#[derive(Clone)]
pub(crate) struct Over {
    /// The axes, in order.
    pub(crate) axes: Vec<usize>,
    /// Whether they stay, with size 1.
    pub(crate) keep: bool,
    /// The shape of the input with size 1 along them.
    pub(crate) kept: Dims,
    /// The shape of the result.
    pub(crate) shape: Dims,
    /// How many elements become one.
    pub(crate) n: usize,
}

impl Over {
    /// Everything becomes one number.
    pub(crate) fn all(x: &Tensor) -> Over {
        Over::new(x, (0..x.dim()).collect(), false)
    }

    /// The axes as the user wrote them; none means all.
    pub(crate) fn dims(
        op: &'static str,
        x: &Tensor,
        dims: &dyn IntoShape,
        keep: bool,
    ) -> Result<Over> {
        let mut list = axes(op, dims, x.dim())?;
        list.truncate(x.dim());
        Ok(Over::new(x, list, keep))
    }

    fn new(x: &Tensor, axes: Vec<usize>, keep: bool) -> Over {
        let kept = kept(x.dims(), &axes);
        let shape = match keep {
            true => kept,
            false => axes.iter().rev().fold(kept, |d, &a| d.remove(a)),
        };
        let n = axes.iter().map(|&a| x.shape()[a]).product();
        Over {
            axes,
            keep,
            kept,
            shape,
            n,
        }
    }

    /// Where the axes are in this order of all of them.
    fn places(&self, order: &[usize]) -> Vec<usize> {
        let among = |&i: &usize| self.axes.contains(&order[i]);
        (0..order.len()).filter(among).collect()
    }

    /// An error where nothing would become one element.
    pub(crate) fn check_some(&self, op: &'static str, x: &Tensor) -> Result<()> {
        if self.n == 0 {
            bail!(op, Shape, "{:?} has no elements to choose from", x.shape());
        }
        Ok(())
    }

    /// A tensor of the result's shape with its axes as those of the input.
    pub(crate) fn spread(&self, t: &Tensor) -> Tensor {
        t.reshape(self.kept)
    }
}

impl Tensor {
    /// Folds into a new tensor, without gradient; bytes and bools as `I64`. Neighbouring axes are folded
    /// in one pass; what is no row-major view of its memory is read in memory order.
    pub(crate) fn fold<J: Join>(&self, over: &Over, join: J) -> Tensor {
        let (x, order) = widen(self.clone()).in_memory_order();
        let list = over.places(&order);
        let mut runs = list.chunk_by(|a, b| a + 1 == *b).rev();
        let mut out = fold_run(&x, runs.next().unwrap_or(&[]), join);
        for run in runs {
            out = fold_run(&out, run, join);
        }
        out.as_laid_out(over, &order)
    }

    /// The elements as they lie in memory, row-major, and which axis of this tensor each axis was; to be
    /// read only.
    pub(crate) fn in_memory_order(&self) -> (Tensor, Vec<usize>) {
        let mut order: Vec<usize> = (0..self.dim()).collect();
        if self.is_contiguous() {
            return (self.clone(), order);
        }
        order.sort_by_key(|&a| std::cmp::Reverse(self.strides()[a]));
        let (mut shape, mut strides) = (*self.dims(), *self.dims());
        for (i, &a) in order.iter().enumerate() {
            (shape[i], strides[i]) = (self.shape()[a], self.strides()[a]);
        }
        let x = self.strided(self.offset(), shape, strides);
        if x.is_contiguous() {
            return (x, order);
        }
        order.sort_unstable();
        (self.raw_copy(), order)
    }

    /// The view of this result, whose axes are in the given order, that the reduction promises.
    pub(crate) fn as_laid_out(&self, over: &Over, order: &[usize]) -> Tensor {
        if self.dims() == &over.shape && order.is_sorted() {
            return self.clone();
        }
        let mut strides = over.kept;
        for (i, &a) in order.iter().enumerate() {
            strides[a] = self.strides()[i];
        }
        if !over.keep {
            strides = over.axes.iter().rev().fold(strides, |s, &a| s.remove(a));
        }
        self.strided(self.offset(), over.shape, strides)
    }
}

/// Folds neighbouring axes of a contiguous tensor, which stay with size 1.
fn fold_run<J: Join>(x: &Tensor, run: &[usize], join: J) -> Tensor {
    let [outer, n, inner] = around(x.shape(), run);
    let kept = kept(x.dims(), run);
    wide!(x.dtype(), T => Tensor::build::<T>(x.dtype(), kept, |out| {
        reduce::fold_axis(&x.read::<T>(), outer, n, inner, out, join);
    }))
}

/// `shape` with size 1 along `axes`.
fn kept(shape: &Dims, axes: &[usize]) -> Dims {
    axes.iter().fold(*shape, |d, &a| d.with(a, 1))
}

/// The numbers of elements before, along and after neighbouring axes.
fn around(shape: &[usize], run: &[usize]) -> [usize; 3] {
    let (from, to) = match run {
        [] => (0, 0),
        run => (run[0], run[run.len() - 1] + 1),
    };
    [&shape[..from], &shape[from..to], &shape[to..]].map(|s| s.iter().product())
}

/// `reductions! { f, all, dim, keepdim }`: the three forms of the reduction
/// `f(op, x, over, arguments) -> Result<R>`, each with its documentation. Arguments come first.
macro_rules! reductions {
    ($f:path, ($($arg:ident: $t:ty),*) -> $r:ty;
     $(#[$a:meta])* $all:ident; $(#[$b:meta])* $dim:ident; $(#[$c:meta])* $keep:ident;) => {
        impl Tensor {
            $(#[$a])*
            #[track_caller]
            pub fn $all(&self $(, $arg: $t)*) -> $r {
                let over = $crate::ops::over::Over::all(self);
                $crate::error::ok!($f(stringify!($all), self, &over $(, $arg.into())*))
            }

            $(#[$b])*
            #[track_caller]
            pub fn $dim(&self $(, $arg: $t)*, dims: impl $crate::IntoShape) -> $r {
                const OP: &str = stringify!($dim);
                let over = $crate::error::ok!($crate::ops::over::Over::dims(OP, self, &dims, false));
                $crate::error::ok!($f(OP, self, &over $(, $arg.into())*))
            }

            $(#[$c])*
            #[track_caller]
            pub fn $keep(&self $(, $arg: $t)*, dims: impl $crate::IntoShape) -> $r {
                const OP: &str = stringify!($keep);
                let over = $crate::error::ok!($crate::ops::over::Over::dims(OP, self, &dims, true));
                $crate::error::ok!($f(OP, self, &over $(, $arg.into())*))
            }
        }
    };
}
pub(crate) use reductions;
