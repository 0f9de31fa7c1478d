//! The Kullback–Leibler divergence.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, ok},
    options::options,
};

options! {
    /// `y (ln y - x)` for logarithms of probabilities `x` and probabilities `y` (PyTorch's
    /// `nn.KLDivLoss`); the sum over a distribution is its divergence from `e^x`.
    KLDivLoss {
        /// Whether the targets are logarithms, too (no).
        log_target: bool = false,
        /// Divide the sum by the size of the first axis (1 for a number): the divergence in the sense
        /// of mathematics.
        /// PyTorch's reduction `batchmean`; takes the place of [`KLDivLoss::reduction`].
        batchmean: bool = false,
        /// What becomes of the terms (the mean over all elements).
        reduction: Reduction = Reduction::Mean,
    }
}

impl KLDivLoss {
    /// The loss of the logarithms `x` where the probabilities `y`, which broadcast, are right.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    ///
    /// ```
    /// use d2l_core::{KLDivLoss, Tensor};
    /// let y = Tensor::from([[0.25, 0.75], [0.5, 0.5]]);
    /// let loss = KLDivLoss::new().batchmean(true);
    /// assert!(loss.forward(&y.ln(), &y).item().abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "kl_div";
        let n = x.shape().first().copied().unwrap_or(1);
        let [x, y] = together(OP, [x, y])?;
        let terms = if self.log_target {
            y.exp() * (&y - x)
        } else {
            y.xlogy(&y) - &y * x
        };
        Ok(if self.batchmean {
            terms.sum() / n
        } else {
            self.reduction.of(&terms)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::KLDivLoss;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        kl_div,
        |x, y| KLDivLoss::new().forward(x, &y.sigmoid()),
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        log_target,
        |x, y| KLDivLoss::new()
            .log_target(true)
            .batchmean(true)
            .forward(x, y),
        [3, 4],
        [3, 4]
    );
}
