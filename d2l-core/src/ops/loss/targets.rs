//! Classes given by number: what cross-entropy and the negative log-likelihood share.
use crate::{
    DType, Reduction, Tensor,
    error::{Result, bail},
};

/// The scores `[classes]`, `[n, classes]` or `[n, classes, d1, ..]` as `[examples, classes]`.
pub(crate) fn rows(op: &'static str, x: &Tensor, labels: &Tensor) -> Result<Tensor> {
    x.check_float(op)?;
    if labels.dtype().is_float() || labels.dtype() == DType::Bool {
        bail!(
            op,
            DType,
            "labels are class numbers (i64), not {}",
            labels.dtype()
        );
    }
    let axis = usize::from(x.dim() != 1);
    if x.dim() == 0 || *labels.dims() != x.dims().remove(axis) {
        bail!(
            op,
            Shape,
            "scores {:?} and labels {:?} do not fit",
            x.shape(),
            labels.shape()
        );
    }
    let shape = [labels.numel(), x.shape()[axis]];
    Ok(match x.dim() {
        1 => x.contiguous().unsqueeze(0),
        2 => x.contiguous(),
        _ => x.unsqueeze(-1).transpose(1, -1).squeeze(1).reshape(shape),
    })
}

/// A factor for each class.
pub(crate) fn check_weight(op: &'static str, weight: Option<&Tensor>, n: usize) -> Result<()> {
    match weight {
        Some(w) if w.shape() != [n] => bail!(
            op,
            Shape,
            "the weight has shape {:?}, but there are {n} classes",
            w.shape()
        ),
        _ => Ok(()),
    }
}

/// The classes of the examples, and how much each example counts.
pub(crate) struct Targets {
    /// Class numbers `[examples]`; 0 where the example is left out.
    pub(crate) labels: Tensor,
    /// Factors `[examples]`, unless all are 1.
    pub(crate) weights: Option<Tensor>,
    /// Which examples take part, unless all do.
    pub(crate) kept: Option<Tensor>,
    /// What the sum is divided by for the mean: the sum of the factors of those that take part.
    pub(crate) total: f64,
}

impl Targets {
    pub(crate) fn new(
        op: &'static str,
        labels: &Tensor,
        n: usize,
        weight: Option<&Tensor>,
        ignored: i64,
        dtype: DType,
    ) -> Result<Targets> {
        check_weight(op, weight, n)?;
        let labels = labels.detach().long().reshape(-1).raw_copy();
        let kept = check_labels(op, &labels, n, ignored)?.then(|| labels.ne(ignored));
        let labels = match &kept {
            Some(kept) => labels.masked_fill(&kept.logical_not(), 0),
            None => labels,
        };
        let weights = weight.map(|w| w.detach().to_dtype(dtype).index_select(0, &labels));
        let counted = match (&weights, &kept) {
            (Some(w), Some(kept)) => w.kept(kept).sum().item(),
            (Some(w), None) => w.sum().item(),
            (None, Some(kept)) => kept.sum().item(),
            (None, None) => labels.numel() as f64,
        };
        Ok(Targets {
            labels,
            weights,
            kept,
            total: counted,
        })
    }

    /// The losses (or gradients) of the examples, weighed.
    pub(crate) fn weigh(&self, losses: &Tensor) -> Tensor {
        let losses = self.weights.as_ref().map_or(losses.clone(), |w| losses * w);
        self.kept
            .as_ref()
            .map_or(losses.clone(), |kept| losses.kept(kept))
    }

    /// What the sum of the weighed losses is divided by.
    pub(crate) fn divisor(&self, reduction: Reduction) -> f64 {
        match reduction {
            Reduction::Mean => self.total,
            _ => 1.0,
        }
    }

    /// `losses [examples]`, weighed and reduced; `shape` is that of the labels.
    pub(crate) fn reduce(&self, losses: &Tensor, reduction: Reduction, shape: &[usize]) -> Tensor {
        let losses = self.weigh(losses);
        match reduction {
            Reduction::None => losses.reshape(shape),
            Reduction::Sum => losses.sum(),
            Reduction::Mean => losses.sum() / self.total,
        }
    }
}

/// Whether an example is left out, if all others have a class.
fn check_labels(op: &'static str, labels: &Tensor, n: usize, ignored: i64) -> Result<bool> {
    let labels = labels.read::<i64>();
    let mut others = labels.iter().filter(|l| !(0..n as i64).contains(*l));
    if let Some(bad) = others.find(|l| **l != ignored) {
        bail!(
            op,
            Index,
            "label {bad} is not one of the {n} classes 0..{n}"
        );
    }
    Ok(labels.contains(&ignored))
}
