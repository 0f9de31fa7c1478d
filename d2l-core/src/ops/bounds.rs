//! The greater and the lesser of two, and limits.
use super::{
    binary::binary,
    operand::{IntoOperand, Operand, promote},
    walk::{self, narrow, widen},
};
use crate::{Tensor, kernel::math::Num, tensor::wide};

binary! {
    /// The greater of both; NaN if one is. The gradient goes to the greater, half to each of equals.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 5]).maximum(3), Tensor::from([3, 5]));
    /// ```
    maximum: Any, wide, |x, y| Num::max_nan(x, y),
    |g, x, y| [shared(g, x, y).kept(&x.lt(y).logical_not()), shared(g, x, y).kept(&x.gt(y).logical_not())];
    /// The lesser of both; NaN if one is. The gradient goes to the lesser, half to each of equals.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 5]).minimum(3), Tensor::from([1, 3]));
    /// ```
    minimum: Any, wide, |x, y| Num::min_nan(x, y),
    |g, x, y| [shared(g, x, y).kept(&x.gt(y).logical_not()), shared(g, x, y).kept(&x.lt(y).logical_not())];
    /// The greater of both, or the other one where one is NaN. The gradient goes to the one
    /// returned, half to each of equals.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN]).fmax(0.5), Tensor::from([1.0, 0.5]));
    /// ```
    fmax: Any, wide, |x, y| if Num::is_nan(y) || x >= y { x } else { y },
    |g, x, y| [shared(g, x, y).kept(&takes(x.ge(y), y)), shared(g, x, y).kept(&takes(x.gt(y), y).logical_not())];
    /// The lesser of both, or the other one where one is NaN. The gradient goes to the one
    /// returned, half to each of equals.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, f32::NAN]).fmin(0.5), Tensor::from([0.5, 0.5]));
    /// ```
    fmin: Any, wide, |x, y| if Num::is_nan(y) || x <= y { x } else { y },
    |g, x, y| [shared(g, x, y).kept(&takes(x.le(y), y)), shared(g, x, y).kept(&takes(x.lt(y), y).logical_not())];
}

/// Where `fmax` and `fmin` return `self`, given where it wins.
fn takes(wins: Tensor, other: &Tensor) -> Tensor {
    wins.logical_or(other.isnan())
}

/// Half of the gradient where both are equal.
fn shared(g: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    Tensor::where_(&x.eq(y), g * 0.5, g)
}

impl Tensor {
    /// Within `min..=max`, numbers or tensors that broadcast; `max` where they cross, NaN if one is.
    /// The gradient goes where the value comes from; at a limit that is a number it is 0, and half of
    /// it goes to a limit that is an equal tensor.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 0.5, 2.0]).clamp(0.0, 1.0), Tensor::from([0.0, 0.5, 1.0]));
    /// ```
    #[track_caller]
    pub fn clamp(&self, min: impl IntoOperand, max: impl IntoOperand) -> Tensor {
        match (min.operand(), max.operand()) {
            (min, max @ Operand::Tensor(_)) | (min @ Operand::Tensor(_), max) => {
                self.clamp_min(min).clamp_max(max)
            }
            (min, max) => within("clamp", self, [Some(min), Some(max)]),
        }
    }

    /// At least `min`, a number or tensor: [`Tensor::clamp`] without the upper limit.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 2.0]).clamp_min(0.0), Tensor::from([0.0, 2.0]));
    /// ```
    #[track_caller]
    pub fn clamp_min(&self, min: impl IntoOperand) -> Tensor {
        match min.operand() {
            Operand::Tensor(min) => self.maximum(min),
            min => within("clamp_min", self, [Some(min), None]),
        }
    }

    /// At most `max`, a number or tensor: [`Tensor::clamp`] without the lower limit.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.0, 2.0]).clamp_max(0.0), Tensor::from([-1.0, 0.0]));
    /// ```
    #[track_caller]
    pub fn clamp_max(&self, max: impl IntoOperand) -> Tensor {
        match max.operand() {
            Operand::Tensor(max) => self.minimum(max),
            max => within("clamp_max", self, [None, Some(max)]),
        }
    }
}

/// Within limits that are numbers.
fn within(op: &'static str, x: &Tensor, limits: [Option<Operand<'_>>; 2]) -> Tensor {
    let fits =
        |x: Tensor, limit: Option<Operand<'_>>| limit.map_or(x.clone(), |l| promote(&x, l).0);
    let x = limits.into_iter().fold(x.clone(), fits);
    let (dtype, x) = (x.dtype(), widen(x));
    let out = wide!(x.dtype(), T => {
        let [min, max] = limits.map(|limit| limit.map(number::<T>));
        walk::map::<T, T>(&x, x.dtype(), move |v| {
            let v = min.map_or(v, |min| Num::max_nan(v, min));
            max.map_or(v, |max| Num::min_nan(v, max))
        })
    });
    let saved = x.saved(op);
    let [min, max] = limits.map(|limit| limit.map(number::<f64>));
    narrow(out, dtype).record(op, [&x], move |g, _| {
        let g = min.map_or(g.clone(), |min| g.kept(&saved.gt(min)));
        [Some(max.map_or(g.clone(), |max| g.kept(&saved.lt(max))))]
    })
}

/// A number in the dtype to compute in.
fn number<T: Num>(limit: Operand<'_>) -> T {
    match limit {
        Operand::Int(v) => T::from_f64(v as f64),
        Operand::Float(v) => T::from_f64(v),
        Operand::Tensor(_) => unreachable!("a number"),
    }
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, testing::gradcheck_test};
    gradcheck_test!(maximum, |x, y| x.maximum(y), [3, 4], [4]);
    gradcheck_test!(minimum, |x, y| x.minimum(y), [3, 1], [3, 4]);
    gradcheck_test!(fmax, |x, y| x.fmax(y), [3, 4], [4]);
    gradcheck_test!(fmin, |x, y| x.fmin(y), [3, 4], [3, 4]);
    gradcheck_test!(clamp, |x| x.clamp(-0.7, 0.8), [3, 4]);
    gradcheck_test!(
        clamp_one_side,
        |x| x.clamp_min(-0.7) * x.clamp_max(0.8),
        [3, 4]
    );
    gradcheck_test!(
        clamp_tensors,
        |x, y| x.clamp(-y.abs(), y.abs()),
        [3, 4],
        [4]
    );

    #[test]
    fn nan_and_ties() {
        assert!(Tensor::from([f32::NAN]).maximum(1.0).item().is_nan());
        assert!(Tensor::from([1.0]).minimum(f32::NAN).item().is_nan());
        assert!(Tensor::from([f32::NAN]).clamp(0.0, 1.0).item().is_nan());
        let x = Tensor::from([2.0]).requires_grad_(true);
        x.maximum(2.0).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.5]));
    }

    #[test]
    fn no_gradient_at_a_limit() {
        let x = Tensor::from([0.0, 0.5, 1.0]).requires_grad_(true);
        x.clamp(0, 1).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.0, 1.0, 0.0]));
    }

    #[test]
    fn crossed_limits_give_the_upper_one() {
        assert_eq!(Tensor::from([0.0]).clamp(2.0, 1.0), Tensor::from([1.0]));
        let x = Tensor::with_dtype([1, 200], DType::U8);
        assert_eq!(x.clamp(10, 100), Tensor::with_dtype([10, 100], DType::U8));
        assert_eq!(x.clamp(10, 100.5).dtype(), DType::F32);
    }
}
