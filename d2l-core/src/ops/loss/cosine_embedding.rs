//! The loss of angles.
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::broadcast,
};

options! {
    /// `1 - cos(a, b)` where the pair belongs together (`y = 1`), `max(0, cos(a, b) - margin)` where
    /// it does not (`y = -1`) (PyTorch's `nn.CosineEmbeddingLoss`).
    CosineEmbeddingLoss {
        /// The cosine that pairs which do not belong together may have (0).
        margin: f64 = 0.0,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl CosineEmbeddingLoss {
    /// The loss of the vectors `a` and `b`, `[n, features]` with targets `y [n]`, or `[features]`
    /// with a single target.
    ///
    /// # Panics
    /// If shapes do not fit.
    ///
    /// ```
    /// use d2l_core::{CosineEmbeddingLoss, Tensor};
    /// let (a, b) = (Tensor::from([[1.0, 0.0]]), Tensor::from([[3.0, 0.0]]));
    /// let loss = CosineEmbeddingLoss::new().margin(0.25);
    /// assert!((loss.forward(&a, &b, &Tensor::from([-1])).item() - 0.75).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, a: &Tensor, b: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(a, b, y))
    }

    fn compute(&self, a: &Tensor, b: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "cosine_embedding_loss";
        let (pairs, targets) = (a.dim().max(b.dim()), y.dim());
        if targets > 1 || pairs != targets + 1 {
            bail!(
                OP,
                Shape,
                "vectors {:?}, {:?} and targets {:?} do not fit: targets have one axis less, 0 or 1",
                a.shape(),
                b.shape(),
                y.shape()
            );
        }
        a.check_float(OP)?;
        let shape = broadcast(OP, a.dims(), b.dims())?;
        broadcast(OP, &shape.remove(targets), y.dims())?;
        let cos = cosine(a, b);
        let apart = (&cos - self.margin).clamp_min(0.0);
        let y = y.detach();
        let losses = Tensor::where_(&y.eq(1), 1.0 - cos, 0.0);
        let losses = losses + Tensor::where_(&y.eq(-1), apart, 0.0);
        Ok(self.reduction.of(&losses))
    }
}

/// The cosine along the last axis; a little is added to the lengths instead of limiting them.
fn cosine(a: &Tensor, b: &Tensor) -> Tensor {
    const EPS: f64 = 1e-12;
    let length = |x: &Tensor| x.square().sum_dim(-1) + EPS;
    (a * b).sum_dim(-1) / (length(a) * length(b)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::CosineEmbeddingLoss;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        cosine_embedding_loss,
        |a, b| CosineEmbeddingLoss::new()
            .margin(-0.9)
            .forward(a, b, &Tensor::from([1, -1, -1])),
        [3, 4],
        [3, 4]; no empty, scalar
    );
}
