//! Three tensors at once: interpolation, and products or quotients added on.
use super::operand::{IntoOperand, Operand};
use crate::Tensor;

impl Tensor {
    /// `self + weight * (end - self)`: from `self` at weight 0 to `end` at 1, for a number or a tensor
    /// of weights. Shapes broadcast.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, y) = (Tensor::from([0.0, 10.0]), Tensor::from([1.0, 20.0]));
    /// assert_eq!(x.lerp(&y, 0.5), Tensor::from([0.5, 15.0]));
    /// ```
    #[track_caller]
    pub fn lerp(&self, end: &Tensor, weight: impl IntoOperand) -> Tensor {
        let way = end - self;
        match weight.operand() {
            // Counted from the nearer end, so that weight 1 gives `end` exactly.
            Operand::Float(w) if w >= 0.5 => end - way * (1.0 - w),
            weight => self + way * weight,
        }
    }

    /// `self + value * (a * b)`. Shapes broadcast; PyTorch's default for `value` is 1.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert_eq!(x.addcmul(&x, &x, 10), Tensor::from([11.0, 42.0]));
    /// ```
    #[track_caller]
    pub fn addcmul(&self, a: &Tensor, b: &Tensor, value: impl IntoOperand) -> Tensor {
        self + a * b * value.operand()
    }

    /// `self + value * (a / b)`. Shapes broadcast; PyTorch's default for `value` is 1.
    ///
    /// # Panics
    /// If the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([1.0, 2.0]);
    /// assert_eq!(x.addcdiv(&x, &x, 10), Tensor::from([11.0, 12.0]));
    /// ```
    #[track_caller]
    pub fn addcdiv(&self, a: &Tensor, b: &Tensor, value: impl IntoOperand) -> Tensor {
        self + a / b * value.operand()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(lerp, |x, y, w| x.lerp(y, w), [3, 4], [4], [3, 1]);
    gradcheck_test!(
        lerp_number,
        |x, y| x.lerp(y, 0.7) + x.lerp(y, 0.2),
        [3, 4],
        [4]
    );
    gradcheck_test!(addcmul, |x, a, b| x.addcmul(a, b, 0.5), [3, 4], [4], [3, 1]);
    gradcheck_test!(addcdiv, |x, a, b| x.addcdiv(a, b, 0.5), [3, 4], [4], [3, 1]);

    #[test]
    fn the_end_is_reached() {
        let (x, y) = (Tensor::from([1e8]), Tensor::from([0.1]));
        assert_eq!(x.lerp(&y, 1.0), y);
    }
}
