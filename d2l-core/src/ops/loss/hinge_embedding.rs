//! The hinge loss of distances.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, ok},
    options::options,
};

options! {
    /// For distances `x`: `x` itself where the pair belongs together (`y = 1`), `max(0, margin - x)`
    /// where it does not (`y = -1`) (PyTorch's `nn.HingeEmbeddingLoss`).
    HingeEmbeddingLoss {
        /// The distance that pairs which do not belong together should have (1).
        margin: f64 = 1.0,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl HingeEmbeddingLoss {
    /// The loss of the distances `x` with targets `y` of 1 or -1, which broadcast.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    ///
    /// ```
    /// use d2l_core::{HingeEmbeddingLoss, Reduction, Tensor};
    /// let (x, y) = (Tensor::from([0.2, 0.25, 3.0]), Tensor::from([1, -1, -1]));
    /// let loss = HingeEmbeddingLoss::new().reduction(Reduction::None);
    /// assert_eq!(loss.forward(&x, &y), Tensor::from([0.2, 0.75, 0.0]));
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        let [x, y] = together("hinge_embedding_loss", [x, &y.detach()])?;
        let apart = (self.margin - &x).clamp_min(0.0);
        // A target that is neither 1 nor -1 counts as both, as in PyTorch.
        let losses = apart.masked_fill(&y.eq(1.0), 0.0) + x.masked_fill(&y.eq(-1.0), 0.0);
        Ok(self.reduction.of(&losses))
    }
}

#[cfg(test)]
mod tests {
    use super::HingeEmbeddingLoss;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        hinge_embedding_loss,
        |x| HingeEmbeddingLoss::new().forward(x, &Tensor::from([1, -1, 1, -1])),
        [3, 4]; no empty
    );
}
