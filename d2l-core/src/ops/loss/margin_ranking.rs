//! The loss of rankings.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
};

options! {
    /// `max(0, margin - y (a - b))`: 0 where `a` is greater (`y = 1`) or less (`y = -1`) than `b` by
    /// the margin (PyTorch's `nn.MarginRankingLoss`).
    MarginRankingLoss {
        /// The difference that is asked for (0).
        margin: f64 = 0.0,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl MarginRankingLoss {
    /// The loss of the scores `a` and `b` with targets `y` of 1 or -1; sizes of 1 broadcast.
    ///
    /// # Panics
    /// If the numbers of axes differ or the shapes do not broadcast.
    ///
    /// ```
    /// use d2l_core::{MarginRankingLoss, Tensor};
    /// let (a, b, y) = (Tensor::from([3.0]), Tensor::from([1.0]), Tensor::from([-1.0]));
    /// assert_eq!(MarginRankingLoss::new().margin(0.5).forward(&a, &b, &y).item(), 2.5);
    /// ```
    #[track_caller]
    pub fn forward(&self, a: &Tensor, b: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(a, b, y))
    }

    fn compute(&self, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "margin_ranking_loss";
        if a.dim() != b.dim() || a.dim() != y.dim() {
            bail!(
                OP,
                Shape,
                "scores {:?}, {:?} and targets {:?} differ in their number of axes",
                a.shape(),
                b.shape(),
                y.shape()
            );
        }
        let [a, b, y] = together(OP, [a, b, y])?;
        let losses = (-y * (a - b) + self.margin).clamp_min(0.0);
        Ok(self.reduction.of(&losses))
    }
}

#[cfg(test)]
mod tests {
    use super::MarginRankingLoss;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        margin_ranking_loss,
        |a, b, y| MarginRankingLoss::new().margin(0.3).forward(a, b, y),
        [3, 4],
        [3, 4],
        [3, 4]
    );
}
