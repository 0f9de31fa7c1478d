//! Special functions, element by element: error function, gamma function and their kin. They are
//! computed in f64 to about 2e-13; f32 results are rounded once.
use super::{unary::functions, walk};
use crate::{DType, Tensor, kernel::special as kernel};
use std::f64::consts::FRAC_2_SQRT_PI;

functions! {
    /// The error function, `2/√π ∫₀ˣ e^(-t²) dt`. Gradient: `2/√π e^(-x²)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, f32::INFINITY]).erf(), Tensor::from([0.0, 1.0]));
    /// ```
    erf = kernel::erf, |g, x| g * (-x.square()).exp() * FRAC_2_SQRT_PI;
    /// `1 - erf(x)`, accurate where it is small. Gradient: `-2/√π e^(-x²)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, f32::INFINITY]).erfc(), Tensor::from([1.0, 0.0]));
    /// ```
    erfc = kernel::erfc, |g, x| g * (-x.square()).exp() * -FRAC_2_SQRT_PI;
    /// The inverse of [`Tensor::erf`]: infinite at ±1, NaN beyond. Gradient: `√π/2 e^(erfinv² x)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1.0]).erfinv(), Tensor::from([0.0, f32::INFINITY]));
    /// ```
    erfinv = kernel::erfinv, |g, x| g * x.erfinv().square().exp() * FRAC_2_SQRT_PI.recip();
    /// `ln |Γ(x)|`: infinite at 0, -1, -2, …. Gradient: [`Tensor::digamma`].
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0, 0.0]).lgamma(), Tensor::from([0.0, 0.0, f32::INFINITY]));
    /// ```
    lgamma = kernel::lgamma, |g, x| g * x.digamma();
    /// The derivative of [`Tensor::lgamma`]: infinite at 0, NaN at -1, -2, …. Gradient:
    /// `polygamma(1)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let rises_by = Tensor::from([4.0]).digamma() - Tensor::from([3.0]).digamma();
    /// assert!((rises_by.item() - 1.0 / 3.0).abs() < 1e-6);
    /// ```
    digamma = kernel::digamma, |g, x| g * x.polygamma(1);
}

impl Tensor {
    /// The `n`-th derivative of [`Tensor::digamma`], which it is itself for 0. Gradient:
    /// `polygamma(n + 1)`. For `n` of 2 and more, only positive `x` are supported; others give NaN, or
    /// infinity at the poles.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::from([1.0]).polygamma(1).item();
    /// assert!((y - std::f64::consts::PI.powi(2) / 6.0).abs() < 1e-6);
    /// ```
    pub fn polygamma(&self, n: u32) -> Tensor {
        if n == 0 {
            return self.digamma();
        }
        let x = self.as_float();
        let y = match x.dtype() {
            DType::F32 => walk::map::<f32, f32>(&x, DType::F32, move |v| {
                kernel::polygamma(n, v.into()) as f32
            }),
            _ => walk::map::<f64, f64>(&x, DType::F64, move |v| kernel::polygamma(n, v)),
        };
        let saved = x.saved("polygamma");
        y.record("polygamma", [&x], move |g, _| {
            [Some(g * saved.polygamma(n + 1))]
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(erf, |x| x.erf(), [3, 4]);
    gradcheck_test!(erfc, |x| x.erfc(), [3, 4]);
    gradcheck_test!(erfinv, |x| (x * 0.6).erfinv(), [3, 4]);
    gradcheck_test!(lgamma, |x| (x + 2.0).lgamma(), [3, 4]);
    gradcheck_test!(digamma, |x| (x + 2.0).digamma(), [3, 4]);
    gradcheck_test!(
        polygamma,
        |x| (x + 2.0).polygamma(1) + (x + 2.0).polygamma(2),
        [3, 4]
    );
}
