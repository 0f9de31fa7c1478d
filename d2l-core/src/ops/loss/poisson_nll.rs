//! The negative log-likelihood of counts.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, ok},
    options::options,
};
use std::f64::consts::TAU;

options! {
    /// `e^x - y x`, the loss of counts `y` whose expectation has the logarithm `x` (PyTorch's
    /// `nn.PoissonNLLLoss`).
    PoissonNLLLoss {
        /// Whether `x` is a logarithm (yes); else the loss is `x - y ln(x + eps)`.
        log_input: bool = true,
        /// Add Stirling's `y ln y - y + ½ ln 2πy` where `y > 1` (no).
        full: bool = false,
        /// Keeps the logarithm of an expectation 0 finite (1e-8).
        eps: f64 = 1e-8,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl PoissonNLLLoss {
    /// The loss of the prediction `x` where the counts `y`, which broadcast, are right.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    ///
    /// ```
    /// use d2l_core::{PoissonNLLLoss, Tensor};
    /// let (x, y) = (Tensor::from([0.0, 0.0]), Tensor::from([1.0, 3.0]));
    /// assert_eq!(PoissonNLLLoss::new().forward(&x, &y).item(), 1.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = together("poisson_nll_loss", [x, y])?;
        let losses = if self.log_input {
            x.exp() - &y * x
        } else {
            &x - &y * (&x + self.eps).ln()
        };
        let losses = if self.full {
            let stirling = &y * y.ln() - &y + (&y * TAU).ln() * 0.5;
            losses + stirling.masked_fill(&y.le(1.0), 0.0)
        } else {
            losses
        };
        Ok(self.reduction.of(&losses))
    }
}

#[cfg(test)]
mod tests {
    use super::PoissonNLLLoss;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        poisson_nll_loss,
        |x, y| PoissonNLLLoss::new()
            .full(true)
            .forward(x, &(y.abs() + 0.7)),
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        plain_input,
        |x, y| PoissonNLLLoss::new().log_input(false).forward(&x.exp(), y),
        [3, 4],
        [3, 4]
    );
}
