//! The negative log-likelihood of normally distributed targets.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
};
use std::f64::consts::TAU;

options! {
    /// `½ (ln var + (x - y)² / var)`, the loss of targets `y` with expectation `x` and variance `var`
    /// (PyTorch's `nn.GaussianNLLLoss`).
    GaussianNLLLoss {
        /// Add the constant `½ ln 2π` (no).
        full: bool = false,
        /// Smaller variances are raised to this; their gradient is as if they were not (1e-6).
        eps: f64 = 1e-6,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl GaussianNLLLoss {
    /// The loss of the expectations `x` and variances `var` where `y` is right. `var` has the shape
    /// of `x`, or one value for all of the last axis (that axis of size 1 or absent).
    ///
    /// # Panics
    /// If shapes do not fit, or a variance is negative.
    ///
    /// ```
    /// use d2l_core::{GaussianNLLLoss, Tensor};
    /// let (x, y, var) = (Tensor::from([1.0]), Tensor::from([3.0]), Tensor::from([1.0]));
    /// assert_eq!(GaussianNLLLoss::new().forward(&x, &y, &var).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor, var: &Tensor) -> Tensor {
        ok!(self.compute(x, y, var))
    }

    fn compute(&self, x: &Tensor, y: &Tensor, var: &Tensor) -> Result<Tensor> {
        const OP: &str = "gaussian_nll_loss";
        let var = fitting(OP, x, var)?;
        if var.lt(0.0).any() {
            bail!(OP, Value, "a variance is negative");
        }
        let [x, y] = together(OP, [x, y])?;
        // Raised without telling backward.
        let raised = &var + (var.detach().clamp_min(self.eps) - var.detach());
        let losses = (raised.ln() + (x - y).square() / raised) * 0.5;
        let constant = if self.full { 0.5 * TAU.ln() } else { 0.0 };
        Ok(self.reduction.of(&(losses + constant)))
    }
}

fn fitting(op: &'static str, x: &Tensor, var: &Tensor) -> Result<Tensor> {
    let (own, given) = (x.shape(), var.shape());
    let (last, front) = match own.split_last() {
        Some((&last, front)) => (last, front),
        None => (1, own),
    };
    if given == front && given != own {
        return Ok(var.unsqueeze(-1));
    }
    let one_for_all = given.len() == own.len() && given.split_last() == Some((&1, front));
    if given != own && !one_for_all {
        bail!(
            op,
            Shape,
            "variances {given:?} do not fit predictions {own:?} (last axis {last}, 1 or absent)"
        );
    }
    Ok(var.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        gaussian_nll_loss,
        |x, y, v| {
            let loss = GaussianNLLLoss::new().full(true).reduction(Reduction::Sum);
            loss.forward(x, y, &v.exp())
        },
        [3, 4],
        [3, 4],
        [3]
    );
}
