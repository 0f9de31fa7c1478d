//! Tensors from nothing: constants and ranges.
use super::{
    DType, Dims, Element, IntoShape, Tensor, checked_numel, default_dtype, float, sizes, stored,
};
use crate::{
    error::{Result, bail, ok},
    ops::cast,
};
use std::ops::Range;

impl Tensor {
    /// Zeros of the default dtype.
    #[track_caller]
    pub fn zeros(shape: impl IntoShape) -> Tensor {
        Tensor::filled(ok!(sizes("zeros", &shape)), 0.0, default_dtype())
    }

    /// Ones of the default dtype.
    #[track_caller]
    pub fn ones(shape: impl IntoShape) -> Tensor {
        Tensor::filled(ok!(sizes("ones", &shape)), 1.0, default_dtype())
    }

    /// `value` everywhere; the dtype is that of a literal of `value`'s type.
    ///
    /// ```
    /// use d2l_core::{DType, Tensor};
    /// assert_eq!(Tensor::full([2], 7), Tensor::from([7, 7]));
    /// ```
    #[track_caller]
    pub fn full<T: Element>(shape: impl IntoShape, value: T) -> Tensor {
        let shape = ok!(sizes("full", &shape));
        let one = Tensor::build::<T::Stored>(T::DTYPE, shape, |out| out.fill(value.store()));
        cast::raw(&one, T::literal())
    }

    /// Zeros of this shape and dtype.
    pub fn zeros_like(&self) -> Tensor {
        Tensor::filled(*self.dims(), 0.0, self.dtype())
    }

    /// Ones of this shape and dtype.
    pub fn ones_like(&self) -> Tensor {
        Tensor::filled(*self.dims(), 1.0, self.dtype())
    }

    /// `value` everywhere, in this shape and dtype.
    pub fn full_like(&self, value: f64) -> Tensor {
        Tensor::filled(*self.dims(), value, self.dtype())
    }

    pub(crate) fn filled(shape: Dims, value: f64, dtype: DType) -> Tensor {
        stored!(dtype, T => Tensor::build::<T>(dtype, shape, |out| out.fill(value as T)))
    }

    /// Numbers from a start up to, but without, an end, in equal steps: `arange(n)` from 0,
    /// `arange(2..8)`, `arange((start, end, step))` with a step of either sign. Integers give `I64`,
    /// floats the default dtype.
    ///
    /// # Panics
    /// If the step is 0 or leads away from the end, or a number is infinite or NaN.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::arange(3), Tensor::from([0, 1, 2]));
    /// assert_eq!(Tensor::arange(2..4), Tensor::from([2, 3]));
    /// assert_eq!(Tensor::arange((1.0, 0.0, -0.5)), Tensor::from([1.0, 0.5]));
    /// ```
    #[track_caller]
    pub fn arange(steps: impl IntoSteps) -> Tensor {
        ok!(steps.steps().tensor())
    }

    /// `n` evenly spaced numbers from `start` to `end`, both included, in the default dtype. A single
    /// one is `start`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::linspace(0, 1, 3), Tensor::from([0.0, 0.5, 1.0]));
    /// ```
    pub fn linspace(start: impl Into<f64>, end: impl Into<f64>, n: usize) -> Tensor {
        let at = spaced(start.into(), end.into(), n);
        Tensor::from_fn(n, at)
    }

    /// `base` to the power of each of `n` evenly spaced numbers from `start` to `end`, both included.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::logspace(0, 2, 3, 10), Tensor::from([1.0, 10.0, 100.0]));
    /// ```
    pub fn logspace(
        start: impl Into<f64>,
        end: impl Into<f64>,
        n: usize,
        base: impl Into<f64>,
    ) -> Tensor {
        let (at, base) = (spaced(start.into(), end.into(), n), base.into());
        Tensor::from_fn(n, |i| base.powf(at(i)))
    }

    /// `f(0), f(1), …, f(n - 1)` in the default dtype.
    fn from_fn(n: usize, f: impl Fn(usize) -> f64) -> Tensor {
        let dtype = default_dtype();
        float!(dtype, T => Tensor::build::<T>(dtype, Dims::new(&[n]), |out| {
            out.iter_mut().enumerate().for_each(|(i, o)| *o = f(i) as T);
        }))
    }

    /// Ones on the diagonal, zeros elsewhere: `eye(n)` is square, `eye([rows, columns])` need not be.
    ///
    /// # Panics
    /// For a negative size, or more than two.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::eye(2), Tensor::from([[1.0, 0.0], [0.0, 1.0]]));
    /// assert_eq!(Tensor::eye([1, 2]), Tensor::from([[1.0, 0.0]]));
    /// ```
    #[track_caller]
    pub fn eye(shape: impl IntoShape) -> Tensor {
        let shape = ok!(matrix_shape("eye", ok!(sizes("eye", &shape))));
        let dtype = default_dtype();
        float!(dtype, T => Tensor::build::<T>(dtype, shape, |out| {
            out.fill(0.0);
            let rows = out.chunks_exact_mut(shape[1].max(1));
            rows.enumerate().for_each(|(i, row)| row.iter_mut().skip(i).take(1).for_each(|o| *o = 1.0));
        }))
    }

    /// The places of a `rows × columns` matrix on and below the diagonal `offset` (0 is the main one,
    /// positive ones lie above): row and column numbers, `[2, n]`, as `I64`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::tril_indices(2, 2, 0), Tensor::from([[0, 1, 1], [0, 0, 1]]));
    /// ```
    pub fn tril_indices(rows: usize, columns: usize, offset: i64) -> Tensor {
        places(rows, columns, |i, j| j - i <= offset)
    }

    /// The places of a `rows × columns` matrix on and above the diagonal `offset` (0 is the main one,
    /// positive ones lie above): row and column numbers, `[2, n]`, as `I64`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::triu_indices(2, 2, 0), Tensor::from([[0, 0, 1], [0, 1, 1]]));
    /// ```
    pub fn triu_indices(rows: usize, columns: usize, offset: i64) -> Tensor {
        places(rows, columns, |i, j| j - i >= offset)
    }
}

/// The `i`-th of `n` numbers from `start` to `end`; from both ends, so that the last is `end` exactly.
fn spaced(start: f64, end: f64, n: usize) -> impl Fn(usize) -> f64 {
    let step = if n > 1 {
        (end - start) / (n - 1) as f64
    } else {
        0.0
    };
    move |i| {
        if i < n.div_ceil(2) {
            start + step * i as f64
        } else {
            end - step * (n - 1 - i) as f64
        }
    }
}

/// `[n]` is `[n, n]`.
fn matrix_shape(op: &'static str, shape: Dims) -> Result<Dims> {
    let square = match *shape {
        [n] => Dims::new(&[n, n]),
        [_, _] => shape,
        _ => bail!(op, Shape, "{shape:?} is not the shape of a matrix"),
    };
    checked_numel(op, &square)?;
    Ok(square)
}

/// The places of a matrix that are chosen, row by row.
fn places(rows: usize, columns: usize, chosen: impl Fn(i64, i64) -> bool) -> Tensor {
    let (mut is, mut js) = (Vec::new(), Vec::new());
    for i in 0..rows as i64 {
        for j in (0..columns as i64).filter(|&j| chosen(i, j)) {
            is.push(i);
            js.push(j);
        }
    }
    let n = is.len();
    is.append(&mut js);
    Tensor::from_vec(is, [2, n])
}

/// A number of steps from a start up to an end.
#[derive(Clone, Copy, Debug)]
pub enum Steps {
    /// Start, end and step as integers.
    Int(i64, i64, i64),
    /// Start, end and step as floats.
    Float(f64, f64, f64),
}

impl Steps {
    fn tensor(self) -> Result<Tensor> {
        match self {
            Steps::Int(start, end, step) => {
                let n = int_count(start, end, step)?;
                Ok(Tensor::build::<i64>(DType::I64, Dims::new(&[n]), |out| {
                    out.iter_mut()
                        .zip(0..)
                        .for_each(|(o, i)| *o = start + i * step)
                }))
            }
            Steps::Float(start, end, step) => {
                let n = float_count(start, end, step)?;
                Ok(Tensor::from_fn(n, |i| start + step * i as f64))
            }
        }
    }
}

fn int_count(start: i64, end: i64, step: i64) -> Result<usize> {
    let span = i128::from(end) - i128::from(start);
    if step == 0 || span.signum() * i128::from(step.signum()) < 0 {
        bail!(
            "arange",
            Value,
            "steps of {step} do not lead from {start} to {end}"
        );
    }
    let (span, step) = (span.unsigned_abs(), u128::from(step.unsigned_abs()));
    let n = usize::try_from(span.div_ceil(step)).unwrap_or(usize::MAX);
    checked_numel("arange", &[n])
}

fn float_count(start: f64, end: f64, step: f64) -> Result<usize> {
    let finite = start.is_finite() && end.is_finite() && step.is_finite();
    if !finite || step == 0.0 || (end - start) * step < 0.0 {
        bail!(
            "arange",
            Value,
            "steps of {step} do not lead from {start} to {end}"
        );
    }
    checked_numel("arange", &[((end - start) / step).ceil() as usize])
}

/// What [`Tensor::arange`] takes: an end, a range, `(start, end)` or `(start, end, step)`, of integers
/// or of floats.
pub trait IntoSteps {
    /// Start, end and step.
    fn steps(self) -> Steps;
}

macro_rules! into_steps {
    ($($t:ty => $kind:ident as $as:ty;)*) => { $(
        impl IntoSteps for $t {
            fn steps(self) -> Steps { Steps::$kind(0 as $as, self as $as, 1 as $as) }
        }
        impl IntoSteps for Range<$t> {
            fn steps(self) -> Steps { Steps::$kind(self.start as $as, self.end as $as, 1 as $as) }
        }
        impl IntoSteps for ($t, $t) {
            fn steps(self) -> Steps { (self.0..self.1).steps() }
        }
        impl IntoSteps for ($t, $t, $t) {
            fn steps(self) -> Steps { Steps::$kind(self.0 as $as, self.1 as $as, self.2 as $as) }
        }
    )* };
}
into_steps! { i32 => Int as i64; i64 => Int as i64; usize => Int as i64; f32 => Float as f64; f64 => Float as f64; }

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor};

    #[test]
    fn ranges_end_before_their_end() {
        assert_eq!(Tensor::arange((5, 0, -2)), Tensor::from([5, 3, 1]));
        assert_eq!(Tensor::arange(3..3).shape(), [0]);
        assert_eq!(Tensor::arange((-0.9, 2.1, 1.0)).shape(), [3]);
        assert_eq!(Tensor::arange(2.5).dtype(), DType::F32);
        assert_eq!(Tensor::arange((1.1, 1.1, -1.0)).shape(), [0]);
    }

    #[test]
    #[should_panic(expected = "arange: steps of -2 do not lead from 0 to 3")]
    fn steps_lead_to_the_end() {
        let _ = Tensor::arange((0, 3, -2));
    }

    #[test]
    #[should_panic(expected = "arange: steps of 1 do not lead from 0 to inf")]
    fn there_is_no_endless_range() {
        let _ = Tensor::arange(f64::INFINITY);
    }

    #[test]
    fn matrices_need_not_be_square() {
        assert_eq!(Tensor::eye([3, 1]), Tensor::from([[1.0], [0.0], [0.0]]));
        assert_eq!(Tensor::eye([2, 0]).shape(), [2, 0]);
        assert_eq!(Tensor::tril_indices(2, 3, -1), Tensor::from([[1], [0]]));
        assert_eq!(Tensor::triu_indices(2, 3, 2), Tensor::from([[0], [2]]));
        assert_eq!(Tensor::tril_indices(0, 3, 0).shape(), [2, 0]);
    }
}
