//! How elementwise operations walk over tensors: plain slices where possible, strides elsewhere.
use crate::{
    DType, Tensor,
    kernel::{
        elementwise::{self as kernel, MapLoop, ZipLoop},
        math::{Float, MathFn},
        storage::Plain,
    },
    tensor::Dims,
};

/// Bytes and bools as `I64`: fewer loops to compile, and integers wrap around in the same way when
/// the result is cut back.
pub(crate) fn widen(x: Tensor) -> Tensor {
    if matches!(x.dtype(), DType::U8 | DType::Bool) {
        x.long()
    } else {
        x
    }
}

/// The way back from [`widen`]; a result that has its dtype stays the only handle on itself.
pub(crate) fn narrow(x: Tensor, dtype: DType) -> Tensor {
    if x.dtype() == dtype {
        x
    } else {
        x.to_dtype(dtype)
    }
}

/// `f` of every element, as a new tensor of `dtype`.
#[inline]
pub(crate) fn map<T: Plain, R: Plain>(
    x: &Tensor,
    dtype: DType,
    f: impl Fn(T) -> R + Copy + Sync,
) -> Tensor {
    map_by(x, dtype, &kernel::map_loop(f))
}

fn map_by<T: Plain, R: Plain>(x: &Tensor, dtype: DType, run: &dyn MapLoop<T, R>) -> Tensor {
    Tensor::build::<R>(dtype, *x.dims(), |out| {
        if x.is_contiguous() {
            kernel::map(&x.read::<T>(), out, run);
        } else {
            kernel::map_strided(out, x.shape(), &x.read_strided::<T>(), x.strides(), run);
        }
    })
}

/// A named function such as `math::Tanh`, vectorised.
pub(crate) fn map_math<T: Float + Plain, M: MathFn<T>>(x: &Tensor, f: M) -> Tensor {
    let x = x.contiguous_raw();
    Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        kernel::map_math(f, &x.read::<T>(), out)
    })
}

/// `f` of every pair of elements of two tensors broadcast to `shape`, as a new tensor of `dtype`.
#[inline]
pub(crate) fn zip<A: Plain, B: Plain, R: Plain>(
    a: &Tensor,
    b: &Tensor,
    shape: Dims,
    dtype: DType,
    f: impl Fn(A, B) -> R + Copy + Sync,
) -> Tensor {
    zip_by(a, b, shape, dtype, &kernel::zip_loop(f))
}

fn zip_by<A: Plain, B: Plain, R: Plain>(
    a: &Tensor,
    b: &Tensor,
    shape: Dims,
    dtype: DType,
    run: &dyn ZipLoop<A, B, R>,
) -> Tensor {
    Tensor::build::<R>(dtype, shape, |out| {
        if a.is_contiguous() && b.is_contiguous() && a.dims() == b.dims() {
            kernel::zip(&a.read::<A>(), &b.read::<B>(), out, run);
        } else {
            let strides = [a, b].map(|x| broadcast_strides(x, &shape));
            let (a, b) = (a.read_strided::<A>(), b.read_strided::<B>());
            kernel::zip_strided(out, &shape, (&a, &b), [&strides[0], &strides[1]], run);
        }
    })
}

/// The strides by which `x` is read as a tensor of `shape`: 0 along axes it is repeated on.
pub(crate) fn broadcast_strides(x: &Tensor, shape: &Dims) -> Dims {
    let mut out = *shape;
    out.fill(0);
    let skip = shape.len() - x.dim();
    for (i, (&size, &stride)) in x.shape().iter().zip(x.strides()).enumerate() {
        out[skip + i] = if size == 1 { 0 } else { stride };
    }
    out
}

impl Tensor {
    /// Row-major values, cut off from the graph.
    pub(crate) fn contiguous_raw(&self) -> Tensor {
        if self.is_contiguous() {
            self.clone()
        } else {
            self.raw_copy()
        }
    }
}
