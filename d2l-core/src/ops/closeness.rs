//! Nearly equal.
use super::{
    binary::{Pair, Takes, pair},
    walk,
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::float,
};

impl Tensor {
    /// True where `|self - other| <= atol + rtol * |other|`, and where infinities are equal; with
    /// `equal_nan` also where both are NaN. PyTorch's defaults are `1e-5, 1e-8, false`. Shapes
    /// broadcast.
    ///
    /// # Panics
    /// If the dtypes differ, the shapes do not broadcast, or a tolerance is negative.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, y) = (Tensor::from([1.0, 2.0]), Tensor::from([1.0, 2.1]));
    /// assert_eq!(x.isclose(&y, 1e-5, 1e-8, false), Tensor::from([true, false]));
    /// ```
    #[track_caller]
    pub fn isclose(&self, other: &Tensor, rtol: f64, atol: f64, equal_nan: bool) -> Tensor {
        ok!(close("isclose", self, other, [rtol, atol], equal_nan))
    }

    /// True if all elements are close: see [`Tensor::isclose`], with NaN equal to nothing.
    ///
    /// # Panics
    /// As [`Tensor::isclose`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::linspace(0.0, 1.0, 5);
    /// assert!((&x * 3.0 / 3.0).allclose(&x, 1e-5, 1e-8));
    /// ```
    #[track_caller]
    pub fn allclose(&self, other: &Tensor, rtol: f64, atol: f64) -> bool {
        ok!(close("allclose", self, other, [rtol, atol], false)).all()
    }
}

fn close(
    op: &'static str,
    x: &Tensor,
    y: &Tensor,
    tolerances: [f64; 2],
    equal_nan: bool,
) -> Result<Tensor> {
    if x.dtype() != y.dtype() {
        bail!(
            op,
            DType,
            "{} and {} are not compared; convert one of them",
            x.dtype(),
            y.dtype()
        );
    }
    if !tolerances.iter().all(|&t| t >= 0.0) {
        bail!(
            op,
            Value,
            "the tolerances {tolerances:?} must not be negative"
        );
    }
    // Integers with the precision to tell them apart.
    let wide = |x: &Tensor| {
        if x.dtype().is_float() {
            x.detach()
        } else {
            x.double()
        }
    };
    let Pair { x, y, shape, .. } = pair(op, Takes::Any, &wide(x), (&wide(y)).into())?;
    Ok(float!(x.dtype(), T => {
        let [rtol, atol] = tolerances.map(|t| t as T);
        walk::zip::<T, T, u8>(&x, &y, shape, DType::Bool, move |x, y| {
            let off = (x - y).abs();
            let near = off.is_finite() && off <= atol + (rtol * y).abs();
            u8::from(x == y || near || (equal_nan && x.is_nan() && y.is_nan()))
        })
    }))
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn infinities_and_nan() {
        let x = Tensor::from([f32::INFINITY, f32::NAN, 1.0]);
        let y = Tensor::from([f32::INFINITY, f32::NAN, f32::INFINITY]);
        assert_eq!(
            x.isclose(&y, 1.0, 1.0, false),
            Tensor::from([true, false, false])
        );
        assert_eq!(
            x.isclose(&y, 1.0, 1.0, true),
            Tensor::from([true, true, false])
        );
        assert!(!x.allclose(&x, 1e-5, 1e-8));
    }

    #[test]
    #[should_panic(expected = "allclose: f32 and i64 are not compared")]
    fn dtypes_agree() {
        let _ = Tensor::ones([1]).allclose(&Tensor::from([1]), 0.0, 0.0);
    }

    #[test]
    #[should_panic(expected = "isclose: the tolerances [-1.0, 0.0] must not be negative")]
    fn tolerances_are_not_negative() {
        let _ = Tensor::ones([1]).isclose(&Tensor::ones([1]), -1.0, 0.0, false);
    }
}
