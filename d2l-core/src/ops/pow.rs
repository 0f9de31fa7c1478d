//! Powers and roots.
use super::{
    operand::{IntoOperand, Operand, Other, promote},
    walk::{self, widen},
};
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
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
    /// 0 where `x` is 0 and `p` is not negative; that with respect to `x` is 0 where `p` is 0. Powers
    /// of integers are exact and wrap around; a negative `p` from a tensor leaves 0 of all but ±1.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for an integer to the power of a negative whole number.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 2.0, 3.0]).pow(2), Tensor::from([1.0, 4.0, 9.0]));
    /// assert_eq!(Tensor::from([3]).pow(39), Tensor::from([4052555153018976267i64]));
    /// ```
    #[track_caller]
    pub fn pow(&self, p: impl IntoOperand) -> Tensor {
        ok!(self.pow_operand(p.operand()))
    }

    fn pow_operand(&self, p: Operand<'_>) -> Result<Tensor> {
        let (x, p) = promote(self, p);
        match p {
            Other::Number(p) if x.dtype().is_float() => Ok(x.pow_number(p)),
            Other::Tensor(p) if x.dtype().is_float() => x.pow_tensor(&p),
            Other::Number(p) if p < 0.0 => {
                let dtype = x.dtype();
                bail!("pow", Value, "{dtype} to the power of {p} is no integer")
            }
            Other::Number(p) => x.pow_integers(&Tensor::from(p as i64)),
            Other::Tensor(p) => x.pow_integers(&p),
        }
    }

    fn pow_integers(&self, p: &Tensor) -> Result<Tensor> {
        let shape = broadcast("pow", self.dims(), p.dims())?;
        let out = walk::zip::<i64, i64, i64>(&self.long(), &p.long(), shape, DType::I64, int_pow);
        Ok(out.to_dtype(self.dtype()))
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

    fn pow_tensor(&self, p: &Tensor) -> Result<Tensor> {
        let shape = broadcast("pow", self.dims(), p.dims())?;
        let y =
            float!(self.dtype(), T => walk::zip::<T, T, T>(self, p, shape, self.dtype(), T::powf));
        let (a, b) = (self.saved("pow"), p.saved("pow"));
        Ok(y.record_output("pow", [self, p], move |g, cx| {
            // Not 0 · ∞ at the power 0.
            let slope = || (&*b * a.pow(&(&*b - 1.0))).masked_fill(&b.eq(0), 0);
            let by_x = || (g * slope()).sum_to(a.dims());
            let by_p = || (g * scaled_log(cx.output(), &a, &b)).sum_to(b.dims());
            [cx.needs(0, by_x), cx.needs(1, by_p)]
        }))
    }
}

/// `b^e` by squaring, wrapping around.
fn int_pow(b: i64, e: i64) -> i64 {
    let (mut y, mut square, mut left) = (1i64, b, e.unsigned_abs());
    while left > 0 {
        if left % 2 == 1 {
            y = y.wrapping_mul(square);
        }
        square = square.wrapping_mul(square);
        left /= 2;
    }
    match (e < 0, b) {
        (true, -1 | 1) | (false, _) => y,
        (true, _) => 0,
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
        let (x, p) = (
            Tensor::from([1, -1, -1, 2, 0]),
            Tensor::from([-3, -3, -2, -1, 0]),
        );
        assert_eq!(x.pow(&p), Tensor::from([1, -1, 1, 0, 1]));
        assert_eq!(Tensor::from([2]).pow(0.5).dtype(), crate::DType::F32);
    }

    #[test]
    #[should_panic(expected = "pow: i64 to the power of -1 is no integer")]
    fn integers_have_no_reciprocals() {
        let _ = Tensor::from([2]).pow(-1);
    }
}
