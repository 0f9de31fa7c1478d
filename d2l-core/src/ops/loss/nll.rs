//! The negative log-likelihood.
use super::targets::{Targets, rows};
use crate::{
    Reduction, Tensor,
    error::{Result, ok},
    options::options,
};

options! {
    /// `-x[label]` for logarithms of probabilities `x` (PyTorch's `nn.NLLLoss`): what follows a
    /// `log_softmax`.
    NLLLoss {
        /// A factor for each class `[classes]`; a mean is divided by the sum of the factors.
        weight: &Tensor,
        /// Examples with this label do not count (-100).
        ignore_index: i64 = -100,
        /// What becomes of the losses of the examples (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl NLLLoss {
    /// The loss of the logarithms `x [n, classes]` (or `[classes]`, or `[n, classes, d1, ..]`) where
    /// the classes `labels [n]` (`[]`, `[n, d1, ..]`), integers, are right. A mean over no example
    /// is NaN.
    ///
    /// # Panics
    /// If shapes do not fit, labels are not integers, or a label is no class.
    ///
    /// ```
    /// use d2l_core::{NLLLoss, Tensor};
    /// let (x, labels) = (Tensor::from([[-1.0, -2.0], [-3.0, -4.0]]), Tensor::from([1, 0]));
    /// let loss = NLLLoss::new().weight(&Tensor::from([3.0, 1.0]));
    /// assert_eq!(loss.forward(&x, &labels).item(), (2.0 + 9.0) / 4.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, labels: &Tensor) -> Tensor {
        ok!(self.compute(x, labels))
    }

    fn compute(&self, x: &Tensor, labels: &Tensor) -> Result<Tensor> {
        const OP: &str = "nll_loss";
        let rows = rows(OP, x, labels)?;
        let (n, weight) = (rows.shape()[1], self.weight.as_ref());
        let targets = Targets::new(OP, labels, n, weight, self.ignore_index, x.dtype())?;
        let picked = rows.gather(1, &targets.labels.unsqueeze(1)).squeeze(1);
        Ok(targets.reduce(&-picked, self.reduction, labels.shape()))
    }
}

impl Tensor {
    /// The mean of `-self[label]` over the examples: [`NLLLoss`] with its defaults.
    ///
    /// # Panics
    /// If shapes do not fit, labels are not integers, or a label is no class.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let logs = Tensor::from([[0.25, 0.75]]).ln();
    /// assert_eq!(logs.nll_loss(&Tensor::from([1])), -logs.i((0, 1)));
    /// ```
    #[track_caller]
    pub fn nll_loss(&self, labels: &Tensor) -> Tensor {
        NLLLoss::new().forward(self, labels)
    }
}

#[cfg(test)]
mod tests {
    use super::NLLLoss;
    use crate::{Reduction, Tensor, testing::gradcheck_test};
    gradcheck_test!(nll_loss, |x| x.nll_loss(&Tensor::from([2, 0, 3])), [3, 4]; no empty, scalar);
    gradcheck_test!(
        options,
        |x| {
            let loss = NLLLoss::new()
                .weight(&Tensor::from([1.0, 2.0, 0.5, 1.0]))
                .ignore_index(1);
            loss.reduction(Reduction::None)
                .forward(x, &Tensor::from([[0, 1, 2], [2, 1, 0]]))
        },
        [2, 4, 3]; no empty, scalar
    );

    #[test]
    #[should_panic(expected = "nll_loss: label -1 is not one of the 3 classes 0..3")]
    fn labels_do_not_count_from_the_end() {
        let _ = Tensor::zeros([1, 3]).nll_loss(&Tensor::from([-1]));
    }
}
