//! The hinge loss of several classes.
use super::targets::{Targets, check_weight};
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
};

options! {
    /// `Σ max(0, margin - x[label] + x[i])^p / classes` over the classes `i` other than the label
    /// (PyTorch's `nn.MultiMarginLoss`).
    MultiMarginLoss {
        /// The exponent, 1 or 2 (1).
        p: i32 = 1,
        /// By how much the right class should be ahead (1).
        margin: f64 = 1.0,
        /// A factor for each class `[classes]`, taken by the label.
        weight: &Tensor,
        /// What becomes of the losses of the examples (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl MultiMarginLoss {
    /// The loss of the scores `x [n, classes]` (or `[classes]`) where the classes `labels [n]`
    /// (`[]` or `[1]`) are right.
    ///
    /// # Panics
    /// If shapes do not fit, labels are not integers, a label is no class, or `p` is neither 1 nor 2.
    ///
    /// ```
    /// use d2l_core::{MultiMarginLoss, Tensor};
    /// let (x, labels) = (Tensor::from([[0.5, 1.0, -3.0]]), Tensor::from([0]));
    /// assert_eq!(MultiMarginLoss::new().forward(&x, &labels).item(), 0.5);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, labels: &Tensor) -> Tensor {
        ok!(self.compute(x, labels))
    }

    fn compute(&self, x: &Tensor, labels: &Tensor) -> Result<Tensor> {
        const OP: &str = "multi_margin_loss";
        check(OP, x, labels, self.p)?;
        let rows = x.reshape([labels.numel(), x.shape().last().copied().unwrap_or(1)]);
        let n = rows.shape()[1];
        check_weight(OP, self.weight.as_ref(), n)?;
        let targets = Targets::new(OP, labels, n, None, -1, x.dtype())?;
        let column = targets.labels.unsqueeze(1);
        let behind = (&rows - rows.gather(1, &column) + self.margin).clamp_min(0.0);
        let others = column.ne(Tensor::arange(n));
        let losses = behind.pow(self.p).kept(&others).sum_dim(1) / n;
        let losses = match &self.weight {
            Some(w) => {
                losses
                    * w.detach()
                        .to_dtype(x.dtype())
                        .index_select(0, &targets.labels)
            }
            None => losses,
        };
        Ok(match self.reduction {
            Reduction::None => losses.reshape(labels.shape()),
            reduction => reduction.of(&losses),
        })
    }
}

fn check(op: &'static str, x: &Tensor, labels: &Tensor, p: i32) -> Result<()> {
    x.check_float(op)?;
    if p != 1 && p != 2 {
        bail!(op, Value, "the exponent {p} is neither 1 nor 2");
    }
    if labels.dtype().is_float() {
        bail!(
            op,
            DType,
            "labels are class numbers (i64), not {}",
            labels.dtype()
        );
    }
    let examples = if x.dim() == 2 { x.shape()[0] } else { 1 };
    let axes = labels.dim() == 1 || (labels.dim() == 0 && x.dim() < 2);
    let classes = x.shape().last() != Some(&0);
    if x.dim() > 2 || !axes || labels.numel() != examples || !classes {
        bail!(
            op,
            Shape,
            "scores {:?} and labels {:?} do not fit",
            x.shape(),
            labels.shape()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::MultiMarginLoss;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        multi_margin_loss,
        |x| MultiMarginLoss::new()
            .p(2)
            .margin(0.7)
            .forward(x, &Tensor::from([2, 0, 3])),
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        weights,
        |x| {
            let w = Tensor::from([1.0, 2.0, 0.5, 1.0]);
            MultiMarginLoss::new()
                .weight(&w)
                .forward(x, &Tensor::from(1))
        },
        [4]; no empty, scalar
    );
}
