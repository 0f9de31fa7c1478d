//! Binary cross-entropy, of probabilities and of scores.
use super::pair::{formula_loss, loss_with_gradient};
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::{broadcast, float},
};
use d2l_macros::elementwise;

/// The least spread `x (1 - x)` that a gradient is divided by; PyTorch's, a float in single precision.
const LEAST: f64 = 1e-12f32 as f64;

#[elementwise(crate = crate, test = 0.1..0.9)]
fn binary_cross_entropy(x: f32, y: f32) -> f32 {
    (y - 1.0) * (-x).ln_1p().max(-100.0) - y * x.ln().max(-100.0)
}

/// The gradient of `x`, which PyTorch does not cut off where the logarithms are.
#[elementwise(crate = crate, test = 0.1..0.9)]
fn by_probability(g: f32, x: f32, y: f32) -> f32 {
    g * (x - y) / ((1.0 - x) * x).max(LEAST)
}

#[elementwise(crate = crate, test = 0.1..0.9)]
fn by_label(g: f32, x: f32) -> f32 {
    g * ((1.0 - x).ln() - x.ln())
}

fn gradient(side: usize, g: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    if side == 0 {
        by_probability(g, x, y)
    } else {
        by_label(g, x)
    }
}

#[elementwise(crate = crate, test = -4.0..4.0)]
fn binary_cross_entropy_with_logits(x: f32, y: f32) -> f32 {
    if x > 0.0 {
        (1.0 - y) * x + (-x).exp().ln_1p()
    } else {
        x.exp().ln_1p() - y * x
    }
}

options! {
    /// `-(y ln x + (1 - y) ln(1 - x))` for probabilities `x` (PyTorch's `nn.BCELoss`). Logarithms are
    /// cut off at -100, so that the loss stays finite.
    BCELoss {
        /// A factor for each element, which broadcasts.
        weight: &Tensor,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

options! {
    /// [`BCELoss`] of `sigmoid(x)` for unnormalised scores `x`, without overflow (PyTorch's
    /// `nn.BCEWithLogitsLoss`).
    BCEWithLogitsLoss {
        /// A factor for each element, which broadcasts.
        weight: &Tensor,
        /// A factor for the positive examples of each class, which broadcasts.
        pos_weight: &Tensor,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl BCELoss {
    /// The loss of the probabilities `x` where `y`, between 0 and 1, are right.
    ///
    /// # Panics
    /// If shapes or dtypes differ, or an `x` is outside of 0 to 1.
    ///
    /// ```
    /// use d2l_core::{BCELoss, Tensor};
    /// let (x, y) = (Tensor::from([0.5, 0.0]), Tensor::from([1.0, 1.0]));
    /// let loss = BCELoss::new().weight(&Tensor::from([2.0, 1.0])).forward(&x, &y);
    /// assert!((loss.item() - (2.0 * 2f64.ln() + 100.0) / 2.0).abs() < 1e-5);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "binary_cross_entropy";
        x.check_float(OP)?;
        check_probabilities(OP, x)?;
        let each = |r| loss_with_gradient::<binary_cross_entropy>(r, x, y, gradient);
        match self.weight.as_ref() {
            None => each(self.reduction),
            weight => {
                let losses = each(Reduction::None)?;
                reduced(OP, losses, weight, self.reduction)
            }
        }
    }
}

impl BCEWithLogitsLoss {
    /// The loss of the scores `x` where `y`, between 0 and 1, are right.
    ///
    /// # Panics
    /// If shapes or dtypes differ, or a weight does not broadcast.
    ///
    /// ```
    /// use d2l_core::{BCEWithLogitsLoss, Tensor};
    /// let (x, y) = (Tensor::from([0.0, 200.0]), Tensor::from([1.0, 1.0]));
    /// let loss = BCEWithLogitsLoss::new().pos_weight(&Tensor::from(4.0)).forward(&x, &y);
    /// assert!((loss.item() - 2.0 * 2f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "binary_cross_entropy_with_logits";
        let weight = self.weight.as_ref();
        let Some(positive) = &self.pos_weight else {
            return logits(self.reduction, weight, x, y);
        };
        broadcast(OP, x.dims(), positive.dims())?;
        // The unweighted loss, for what it checks, costs little next to this composition.
        logits(Reduction::Sum, None, &x.detach(), &y.detach())?;
        let factor = (positive - 1.0) * y + 1.0;
        let losses = (1.0 - y) * x - factor * x.logsigmoid();
        reduced(OP, losses, weight, self.reduction)
    }
}

impl Tensor {
    /// [`BCELoss`] with its defaults.
    ///
    /// # Panics
    /// If shapes or dtypes differ, or an element is outside of 0 to 1.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let loss = Tensor::from([0.5]).binary_cross_entropy(&Tensor::from([1.0]));
    /// assert!((loss.item() - 2f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn binary_cross_entropy(&self, y: &Tensor) -> Tensor {
        BCELoss::new().forward(self, y)
    }

    /// [`BCEWithLogitsLoss`] with its defaults.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let loss = Tensor::from([0.0]).binary_cross_entropy_with_logits(&Tensor::from([1.0]));
    /// assert!((loss.item() - 2f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn binary_cross_entropy_with_logits(&self, y: &Tensor) -> Tensor {
        BCEWithLogitsLoss::new().forward(self, y)
    }
}

fn check_probabilities(op: &'static str, x: &Tensor) -> Result<()> {
    let x = x.contiguous_raw();
    let bad = float!(x.dtype(), T => {
        let outside = |v: &&T| !(0.0..=1.0).contains(*v);
        x.read::<T>().iter().find(outside).map(|v| v.to_string())
    });
    match bad {
        Some(v) => bail!(op, Value, "{v} is not a probability between 0 and 1"),
        None => Ok(()),
    }
}

fn logits(reduction: Reduction, weight: Option<&Tensor>, x: &Tensor, y: &Tensor) -> Result<Tensor> {
    let each = |r| formula_loss::<binary_cross_entropy_with_logits, 2>(r, x, y, &[]);
    match weight {
        None => each(reduction),
        weight => {
            let losses = each(Reduction::None)?;
            reduced(
                "binary_cross_entropy_with_logits",
                losses,
                weight,
                reduction,
            )
        }
    }
}

fn reduced(
    op: &'static str,
    losses: Tensor,
    weight: Option<&Tensor>,
    reduction: Reduction,
) -> Result<Tensor> {
    let Some(weight) = weight else {
        return Ok(reduction.of(&losses));
    };
    if broadcast(op, losses.dims(), weight.dims())? != *losses.dims() {
        bail!(
            op,
            Shape,
            "a weight of shape {:?} does not broadcast to {:?}",
            weight.shape(),
            losses.shape()
        );
    }
    Ok(reduction.of(&(losses * weight)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        probabilities,
        |x, y| x.sigmoid().binary_cross_entropy(&y.sigmoid()),
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        scores,
        |x, y| x.binary_cross_entropy_with_logits(y),
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        weights,
        |x, w, p| {
            let loss = BCEWithLogitsLoss::new().weight(w).pos_weight(p);
            loss.reduction(Reduction::None)
                .forward(x, &x.ge(0.0).to_dtype(x.dtype()))
        },
        [3, 4],
        [4],
        [3, 1]
    );

    #[test]
    #[should_panic(expected = "binary_cross_entropy: 2 is not a probability between 0 and 1")]
    fn scores_are_no_probabilities() {
        let _ = Tensor::from([2.0]).binary_cross_entropy(&Tensor::from([1.0]));
    }
}
