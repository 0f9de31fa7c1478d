//! Losses of triplets: something like the anchor and something unlike it.
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::broadcast,
};
use std::sync::Arc;

options! {
    /// `max(0, margin + d(anchor, positive) - d(anchor, negative))` with
    /// [`Tensor::pairwise_distance`] as `d` (PyTorch's `nn.TripletMarginLoss`).
    TripletMarginLoss {
        /// By how much the negative should be farther away (1).
        margin: f64 = 1.0,
        /// The order of the norm (2).
        p: f64 = 2.0,
        /// Added to the differences (1e-6).
        eps: f64 = 1e-6,
        /// Take the distance of the negative to the positive where that is less (no).
        swap: bool = false,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

type Distance = Arc<dyn Fn(&Tensor, &Tensor) -> Tensor + Send + Sync>;

/// [`TripletMarginLoss`] with any distance (PyTorch's `nn.TripletMarginWithDistanceLoss`).
#[derive(Clone)]
pub struct TripletMarginWithDistanceLoss {
    distance: Distance,
    options: TripletMarginLoss,
}

impl TripletMarginLoss {
    /// The loss of rows of features.
    ///
    /// # Panics
    /// If shapes do not fit or the margin is not positive.
    ///
    /// ```
    /// use d2l_core::{Tensor, TripletMarginLoss};
    /// let (a, p, n) = (Tensor::from([[0.0]]), Tensor::from([[3.0]]), Tensor::from([[2.0]]));
    /// let loss = TripletMarginLoss::new().forward(&a, &p, &n);
    /// assert!((loss.item() - 2.0).abs() < 1e-5);
    /// ```
    #[track_caller]
    pub fn forward(&self, anchor: &Tensor, positive: &Tensor, negative: &Tensor) -> Tensor {
        let distance = |a: &Tensor, b: &Tensor| a.pairwise_distance(b, self.p, self.eps);
        ok!(self.with(
            "triplet_margin_loss",
            distance,
            [anchor, positive, negative]
        ))
    }

    fn with(
        &self,
        op: &'static str,
        distance: impl Fn(&Tensor, &Tensor) -> Tensor,
        [anchor, positive, negative]: [&Tensor; 3],
    ) -> Result<Tensor> {
        if self.margin.is_nan() || self.margin <= 0.0 {
            bail!(op, Value, "the margin {} is not positive", self.margin);
        }
        check(op, [anchor, positive, negative])?;
        let near = distance(anchor, positive);
        let mut far = distance(anchor, negative);
        if self.swap {
            far = far.minimum(distance(positive, negative));
        }
        Ok(self
            .reduction
            .of(&(near - far + self.margin).clamp_min(0.0)))
    }
}

fn check(op: &'static str, [a, p, n]: [&Tensor; 3]) -> Result<()> {
    a.check_float(op)?;
    if a.dim() != p.dim() || a.dim() != n.dim() {
        bail!(
            op,
            Shape,
            "anchor {:?}, positive {:?} and negative {:?} differ in their number of axes",
            a.shape(),
            p.shape(),
            n.shape()
        );
    }
    let shape = broadcast(op, a.dims(), p.dims())?;
    broadcast(op, &shape, n.dims()).map(|_| ())
}

impl TripletMarginWithDistanceLoss {
    /// With PyTorch's defaults and this distance of two tensors.
    ///
    /// ```
    /// use d2l_core::{Tensor, TripletMarginWithDistanceLoss};
    /// let loss = TripletMarginWithDistanceLoss::new(|a, b| 1.0 - a.cosine_similarity(b, 1, 1e-8));
    /// let (x, y) = (Tensor::from([[1.0, 0.0]]), Tensor::from([[0.0, 1.0]]));
    /// assert_eq!(loss.forward(&x, &x, &y).item(), 0.0);
    /// ```
    pub fn new(
        distance: impl Fn(&Tensor, &Tensor) -> Tensor + Send + Sync + 'static,
    ) -> TripletMarginWithDistanceLoss {
        TripletMarginWithDistanceLoss {
            distance: Arc::new(distance),
            options: TripletMarginLoss::new(),
        }
    }

    /// By how much the negative should be farther away (1).
    ///
    /// ```
    /// use d2l_core::{Tensor, TripletMarginWithDistanceLoss};
    /// let loss = TripletMarginWithDistanceLoss::new(|a, b| (a - b).abs().sum_dim(1)).margin(0.5);
    /// assert_eq!(loss.forward(&Tensor::zeros([1, 2]), &Tensor::ones([1, 2]), &Tensor::zeros([1, 2])).item(), 2.5);
    /// ```
    #[must_use]
    pub fn margin(mut self, margin: f64) -> Self {
        self.options.margin = margin;
        self
    }

    /// Take the distance of the negative to the positive where that is less (no).
    ///
    /// ```
    /// use d2l_core::{Tensor, TripletMarginWithDistanceLoss};
    /// let loss = TripletMarginWithDistanceLoss::new(|a, b| (a - b).abs().sum_dim(1)).swap(true);
    /// let (a, p, n) = (Tensor::from([[0.0]]), Tensor::from([[2.0]]), Tensor::from([[3.0]]));
    /// assert_eq!(loss.forward(&a, &p, &n).item(), 2.0);
    /// ```
    #[must_use]
    pub fn swap(mut self, swap: bool) -> Self {
        self.options.swap = swap;
        self
    }

    /// What becomes of the losses (the mean).
    ///
    /// ```
    /// use d2l_core::{Reduction, Tensor, TripletMarginWithDistanceLoss};
    /// let loss = TripletMarginWithDistanceLoss::new(|a, b| (a - b).abs().sum_dim(1));
    /// let x = Tensor::zeros([2, 1]);
    /// assert_eq!(loss.reduction(Reduction::None).forward(&x, &x, &x), Tensor::ones([2]));
    /// ```
    #[must_use]
    pub fn reduction(mut self, reduction: Reduction) -> Self {
        self.options.reduction = reduction;
        self
    }

    /// The loss of rows of features.
    ///
    /// # Panics
    /// If the numbers of axes differ or the margin is not positive.
    ///
    /// ```
    /// use d2l_core::{Tensor, TripletMarginWithDistanceLoss};
    /// let loss = TripletMarginWithDistanceLoss::new(|a, b| (a - b).abs().sum_dim(1));
    /// let (a, p, n) = (Tensor::from([[0.0]]), Tensor::from([[3.0]]), Tensor::from([[2.0]]));
    /// assert_eq!(loss.forward(&a, &p, &n).item(), 2.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, anchor: &Tensor, positive: &Tensor, negative: &Tensor) -> Tensor {
        const OP: &str = "triplet_margin_with_distance_loss";
        ok!(self
            .options
            .with(OP, &*self.distance, [anchor, positive, negative]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        triplet_margin_loss,
        |a, p, n| TripletMarginLoss::new()
            .p(3.0)
            .swap(true)
            .margin(5.0)
            .forward(a, p, n),
        [3, 4],
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        any_distance,
        |a, p, n| {
            let loss = TripletMarginWithDistanceLoss::new(|a, b| (a - b).square().sum_dim(1));
            loss.margin(50.0).forward(a, p, n)
        },
        [3, 4],
        [3, 4],
        [3, 4]; no scalar
    );

    #[test]
    #[should_panic(expected = "triplet_margin_loss: the margin -1 is not positive")]
    fn a_negative_margin_is_refused() {
        let x = Tensor::zeros([1, 2]);
        let _ = TripletMarginLoss::new().margin(-1.0).forward(&x, &x, &x);
    }
}
