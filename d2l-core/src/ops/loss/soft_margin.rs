//! The logistic loss of two classes.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, ok},
    options::options,
};

options! {
    /// `ln(1 + e^(-y x))` for targets `y` of 1 or -1 (PyTorch's `nn.SoftMarginLoss`).
    SoftMarginLoss {
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl SoftMarginLoss {
    /// The loss of the scores `x` with targets `y`, which broadcast.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    ///
    /// ```
    /// use d2l_core::{SoftMarginLoss, Tensor};
    /// let loss = SoftMarginLoss::new().forward(&Tensor::from([0.0, 200.0]), &Tensor::from([1, 1]));
    /// assert!((loss.item() - 2f64.ln() / 2.0).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = together("soft_margin_loss", [x, y])?;
        Ok(self.reduction.of(&-(y * x).logsigmoid()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        soft_margin_loss,
        |x, y| SoftMarginLoss::new()
            .reduction(Reduction::Sum)
            .forward(x, y),
        [3, 4],
        [4]
    );
}
