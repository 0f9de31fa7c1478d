//! The loss of regression.
use super::pair::loss_with_gradient;
use crate::{
    Reduction, Tensor,
    autograd::is_recording,
    error::{Result, ok},
    options::options,
};
use d2l_macros::elementwise;

#[elementwise(crate = crate, test = -3.0..3.0)]
fn mse_loss(x: f32, y: f32) -> f32 {
    (x - y) * (x - y)
}

#[elementwise(crate = crate, test = -3.0..3.0)]
fn slope(x: f32, y: f32, #[scalar] by: f32) -> f32 {
    by * (x - y)
}

/// In one pass for the sum and the mean, in operations that know all derivatives otherwise.
fn gradient(side: usize, g: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    let by = if side == 0 { 2.0 } else { -2.0 };
    if g.dim() == 0 && !is_recording(&[g, x, y]) {
        slope(x, y, by * g.item())
    } else {
        (x - y) * (g * by)
    }
}

options! {
    /// `(x - y)²` (PyTorch's `nn.MSELoss`, book 3.5; without the half).
    MSELoss {
        /// What becomes of the squares (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl MSELoss {
    /// The loss of the prediction `x` where `y` is right. The shapes must be equal: a column against
    /// a row would broadcast to a matrix and be wrong in silence.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::{MSELoss, Reduction, Tensor};
    /// let (x, y) = (Tensor::from([1.0, 4.0]), Tensor::from([1.0, 2.0]));
    /// assert_eq!(MSELoss::new().reduction(Reduction::Sum).forward(&x, &y).item(), 4.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.try_forward(x, y))
    }

    /// [`MSELoss::forward`] as a `Result`.
    ///
    /// # Errors
    /// If shapes or dtypes differ.
    pub fn try_forward(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        loss_with_gradient::<mse_loss>(self.reduction, x, y, gradient)
    }
}

impl Tensor {
    /// The mean of `(self - y)²`: [`MSELoss`] with its defaults.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).mse_loss(&Tensor::from([1.0, 2.0])).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn mse_loss(&self, y: &Tensor) -> Tensor {
        MSELoss::new().forward(self, y)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(mse_loss, |a, b| a.mse_loss(b), [3, 4], [3, 4]);

    #[test]
    #[should_panic(expected = "mse_loss: prediction [32, 1] and label [32] differ in shape")]
    fn a_column_against_a_row_is_refused() {
        let _ = Tensor::zeros([32, 1]).mse_loss(&Tensor::zeros([32]));
    }
}
