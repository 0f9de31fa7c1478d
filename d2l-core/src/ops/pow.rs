//! Powers and roots.
use super::{
    operand::{IntoOperand, Operand, Other, promote},
    walk::{self, widen},
};
use crate::{
    Tensor,
    error::ok,
    kernel::math::Num,
    tensor::{broadcast, float, wide},
};

impl Tensor {
    /// `x²`, element by element. Gradient: `2x`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([-3, 2]).square(), Tensor::from([9, 4]));
    /// ```
    pub fn square(&self) -> Tensor {
        let x = self.saved("square");
        let wide = widen(self.clone());
        let y =
            wide!(wide.dtype(), T => walk::map::<T, T>(&wide, wide.dtype(), |v| Num::times(v, v)));
        y.to_dtype(self.dtype())
            .record("square", [self], move |g, _| [Some(g * 2.0 * &*x)])
    }

    /// `√x`, element by element: NaN below 0. Gradient: `1 / (2√x)`.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([4.0, 9.0]).sqrt(), Tensor::from([2.0, 3.0]));
    /// ```
    pub fn sqrt(&self) -> Tensor {
        let x = self.as_float();
        let y = float!(x.dtype(), T => walk::map::<T, T>(&x, x.dtype(), T::sqrt));
        y.record_output("sqrt", [&x], |g, cx| [Some(g / (cx.output() * 2.0))])
    }

    /// `x^p` for a number or a tensor `p`. The gradient with respect to `p` is `x^p ln x`, taken as
    /// 0 where `x` is 0 and `p` is not negative. Integers are computed as floats and cut back.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0, 3.0]).pow(2), Tensor::from([1.0, 4.0, 9.0]));
    /// ```
    #[track_caller]
    pub fn pow(&self, p: impl IntoOperand) -> Tensor {
        self.pow_operand(p.operand())
    }

    #[track_caller]
    fn pow_operand(&self, p: Operand<'_>) -> Tensor {
        let (x, p) = promote(self, p);
        if !x.dtype().is_float() {
            let dtype = x.dtype();
            return match p {
                Other::Number(p) => x.double().pow(p).to_dtype(dtype),
                Other::Tensor(p) => x.double().pow(p.double()).to_dtype(dtype),
            };
        }
        match p {
            Other::Number(p) => x.pow_number(p),
            Other::Tensor(p) => ok!(x.pow_tensor(&p)),
        }
    }

    fn pow_number(&self, p: f64) -> Tensor {
        if p == 2.0 {
            return self.square();
        }
        let x = self.saved("pow");
        let y = float!(self.dtype(), T => walk::map::<T, T>(self, self.dtype(), move |v| v.powf(p as T)));
        y.record("pow", [self], move |g, _| {
            [Some(if p == 0.0 {
                g.zeros_like()
            } else {
                g * p * x.pow(p - 1.0)
            })]
        })
    }

    fn pow_tensor(&self, p: &Tensor) -> crate::Result<Tensor> {
        let shape = broadcast("pow", self.dims(), p.dims())?;
        let y =
            float!(self.dtype(), T => walk::zip::<T, T, T>(self, p, shape, self.dtype(), T::powf));
        let (a, b) = (self.saved("pow"), p.saved("pow"));
        Ok(y.record_output("pow", [self, p], move |g, cx| {
            let by_x = || (g * (&*b * a.pow(&(&*b - 1.0)))).sum_to(a.dims());
            let by_p = || (g * scaled_log(cx.output(), &a, &b)).sum_to(b.dims());
            [cx.needs(0, by_x), cx.needs(1, by_p)]
        }))
    }
}

/// `y ln x`, but 0 where `x` is 0 and `p` is not negative.
fn scaled_log(y: &Tensor, x: &Tensor, p: &Tensor) -> Tensor {
    let zero = x.eq(0.0).to_dtype(x.dtype()) * p.ge(0.0).to_dtype(p.dtype());
    y * (x + &zero).ln() * (1.0 - zero)
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(square, |x| x.square(), [3, 4]);
    gradcheck_test!(sqrt, |x| (x * x + 0.1).sqrt(), [3, 4]);
    gradcheck_test!(pow, |x| x.pow(3), [3, 4]);
    gradcheck_test!(pow_tensor, |x, p| (x * x + 0.1).pow(p), [3, 4], [4]);

    #[test]
    fn integers_stay_integers() {
        assert_eq!(Tensor::from([2, 3]).pow(3), Tensor::from([8, 27]));
    }
}
