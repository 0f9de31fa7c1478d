//! Rounding, element by element. Gradients are 0, except that of `frac`.
use super::{unary::map_float, walk};
use crate::{Tensor, tensor::float};

macro_rules! rounding {
    ($($(#[$doc:meta])* $name:ident $method:ident;)*) => { impl Tensor { $(
        $(#[$doc])*
        /// Integers stay as they are.
        pub fn $name(&self) -> Tensor {
            if !self.dtype().is_float() {
                return self.clone();
            }
            let out = float!(self.dtype(), T => walk::map::<T, T>(self, self.dtype(), T::$method));
            out.record(stringify!($name), [self], |g, _| [Some(g.zeros_like())])
        }
    )* } };
}
rounding! {
    /// The greatest whole number that is not greater.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 1.5]).floor(), Tensor::from([-2.0, 1.0]));
    /// ```
    floor floor;
    /// The least whole number that is not less.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 1.5]).ceil(), Tensor::from([-1.0, 2.0]));
    /// ```
    ceil ceil;
    /// The nearest whole number; halves go to the even one.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.5, 1.5, 1.7]).round(), Tensor::from([0.0, 2.0, 2.0]));
    /// ```
    round round_ties_even;
    /// The whole number without the fraction: towards 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 1.5]).trunc(), Tensor::from([-1.0, 1.0]));
    /// ```
    trunc trunc;
}

impl Tensor {
    /// Rounded to `decimals` places after the point, or before it if negative: the multiple of
    /// `10^-decimals` whose whole factor is nearest, halves to even. PyTorch's `round(decimals=...)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.234, 5.678]).round_decimals(1), Tensor::from([1.2, 5.7]));
    /// assert_eq!(Tensor::from([1234.0]).round_decimals(-2), Tensor::from([1200.0]));
    /// ```
    pub fn round_decimals(&self, decimals: i32) -> Tensor {
        if decimals == 0 || !self.dtype().is_float() {
            return self.round();
        }
        let ten = 10f64.powi(decimals.abs());
        let out = if decimals > 0 {
            map_float!(self, |v: T| (v * ten as T).round_ties_even() / ten as T)
        } else {
            map_float!(self, |v: T| (v / ten as T).round_ties_even() * ten as T)
        };
        out.record("round_decimals", [self], |g, _| [Some(g.zeros_like())])
    }

    /// What `trunc` drops, with the sign of the number. Gradient: 1.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-1.5, 1.25]).frac(), Tensor::from([-0.5, 0.25]));
    /// ```
    pub fn frac(&self) -> Tensor {
        self - self.trunc()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(floor, |x| x.floor() * x, [3, 4]);
    gradcheck_test!(ceil, |x| x.ceil() * x, [3, 4]);
    gradcheck_test!(round, |x| x.round() * x, [3, 4]);
    gradcheck_test!(round_decimals, |x| x.round_decimals(1) * x, [3, 4]);
    gradcheck_test!(trunc, |x| x.trunc() * x, [3, 4]);
    gradcheck_test!(frac, |x| x.frac(), [3, 4]);

    #[test]
    fn integers_are_whole() {
        let x = Tensor::from([3, -4]);
        assert_eq!(x.floor(), x);
        assert_eq!(x.round_decimals(-1), x);
        assert_eq!(x.frac(), Tensor::from([0, 0]));
    }
}
