//! Sine and its relatives, element by element.
use super::{binary::binary, unary::functions};
use crate::Tensor;
use std::f64::consts::PI;

functions! {
    /// The sine. Gradient: `cos x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0, 1]).sin(), Tensor::from([0.0, 1f32.sin()]));
    /// ```
    sin = f64::sin, |g, x| g * x.cos();
    /// The cosine. Gradient: `-sin x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).cos(), Tensor::from([1.0]));
    /// ```
    cos = f64::cos, |g, x| -(g * x.sin());
    /// The tangent. Gradient: `1 + tan² x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).tan(), Tensor::from([0.0]));
    /// ```
    tan = f64::tan, |g, x| g * (x.tan().square() + 1.0);
    /// The inverse sine, in -π/2..π/2; NaN outside of -1..1. Gradient: `1 / √(1 - x²)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).asin(), Tensor::from([0.0]));
    /// ```
    asin = f64::asin, |g, x| g * (1.0 - x.square()).rsqrt();
    /// The inverse cosine, in 0..π; NaN outside of -1..1. Gradient: `-1 / √(1 - x²)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0]).acos(), Tensor::from([0.0]));
    /// ```
    acos = f64::acos, |g, x| -(g * (1.0 - x.square()).rsqrt());
    /// The inverse tangent, in -π/2..π/2. Gradient: `1 / (1 + x²)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).atan(), Tensor::from([0.0]));
    /// ```
    atan = f64::atan, |g, x| g / (x.square() + 1.0);
    /// `sin(πx) / (πx)`, and 1 at 0. Gradient: `(πx cos πx - sin πx) / (πx²)`, and 0 at 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).sinc(), Tensor::from([1.0]));
    /// ```
    sinc = sinc, |g, x| g * sinc_slope(x);
}

fn sinc(x: f64) -> f64 {
    let px = PI * x;
    if px == 0.0 { 1.0 } else { px.sin() / px }
}

fn sinc_slope(x: &Tensor) -> Tensor {
    let zero = x.eq(0.0);
    let x = x.masked_fill(&zero, 1.0);
    let px = &x * PI;
    let slope = (&px * px.cos() - px.sin()) / (px * x);
    slope.masked_fill(&zero, 0.0)
}

binary! {
    /// The angle of the point with ordinate `self` and abscissa `other`, in -π..π. Gradients:
    /// `other / r²` and `-self / r²` with `r² = self² + other²`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0]).atan2(&Tensor::from([2.0])), Tensor::from([0.0]));
    /// ```
    atan2: Floats, float, |y, x| y.atan2(x),
    |g, y, x| [g * x * radius(y, x), -(g * y * radius(y, x))];
    /// `√(self² + other²)` without overflow. Gradients: `self / hypot` and `other / hypot`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([3.0, 3e30]).hypot(&Tensor::from([4.0, 4e30])), Tensor::from([5.0, 5e30]));
    /// ```
    hypot: Floats, float, |x, y| x.hypot(y),
    |g, x, y| [g * (x / x.hypot(y)), g * (y / x.hypot(y))];
}

/// `1 / (x² + y²)`.
fn radius(y: &Tensor, x: &Tensor) -> Tensor {
    (y.square() + x.square()).reciprocal()
}

impl Tensor {
    /// Degrees to radians.
    ///
    /// ```
    /// use d2l_core::{Tensor, DType};
    /// let x = Tensor::with_dtype([180.0], DType::F64);
    /// assert_eq!(x.deg2rad().item(), std::f64::consts::PI);
    /// ```
    pub fn deg2rad(&self) -> Tensor {
        self.as_float() * (PI / 180.0)
    }

    /// Radians to degrees.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([std::f32::consts::PI]).rad2deg(), Tensor::from([180.0]));
    /// ```
    pub fn rad2deg(&self) -> Tensor {
        self.as_float() * (180.0 / PI)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(sin, |x| x.sin(), [3, 4]);
    gradcheck_test!(cos, |x| x.cos(), [3, 4]);
    gradcheck_test!(tan, |x| (x * 0.5).tan(), [3, 4]);
    gradcheck_test!(asin, |x| (x * 0.5).asin(), [3, 4]);
    gradcheck_test!(acos, |x| (x * 0.5).acos(), [3, 4]);
    gradcheck_test!(atan, |x| x.atan(), [3, 4]);
    gradcheck_test!(sinc, |x| x.sinc(), [3, 4]);
    gradcheck_test!(atan2, |y, x| y.atan2(x), [3, 4], [4]);
    gradcheck_test!(hypot, |x, y| x.hypot(y), [3, 1], [3, 4]);
    gradcheck_test!(degrees, |x| x.deg2rad() + x.rad2deg(), [3, 4]);

    #[test]
    fn sinc_is_flat_at_zero() {
        let x = Tensor::from([0.0]).requires_grad_(true);
        x.sinc().backward();
        assert_eq!(x.grad().unwrap(), Tensor::from([0.0]));
    }
}
