//! Losses: one file each, or one close family. A loss is a struct of its options whose `forward` gives
//! the value; the common ones have a short form with PyTorch's defaults, `x.mse_loss(&y)`.
mod bce;
mod cosine_embedding;
mod cross_entropy;
mod ctc;
mod gaussian_nll;
mod hinge_embedding;
mod kl_div;
mod l1;
mod margin_ranking;
mod mse;
mod multi_margin;
mod multilabel;
mod nll;
pub(crate) mod pair;
mod poisson_nll;
mod soft_margin;
pub(crate) mod targets;
mod triplet;

pub use bce::{BCELoss, BCEWithLogitsLoss};
pub use cosine_embedding::CosineEmbeddingLoss;
pub use cross_entropy::CrossEntropyLoss;
pub use ctc::CTCLoss;
pub use gaussian_nll::GaussianNLLLoss;
pub use hinge_embedding::HingeEmbeddingLoss;
pub use kl_div::KLDivLoss;
pub use l1::{HuberLoss, L1Loss, SmoothL1Loss};
pub use margin_ranking::MarginRankingLoss;
pub use mse::MSELoss;
pub use multi_margin::MultiMarginLoss;
pub use multilabel::{MultiLabelMarginLoss, MultiLabelSoftMarginLoss};
pub use nll::NLLLoss;
pub use poisson_nll::PoissonNLLLoss;
pub use soft_margin::SoftMarginLoss;
pub use triplet::{TripletMarginLoss, TripletMarginWithDistanceLoss};

use crate::{
    Tensor,
    error::Result,
    options::names,
    tensor::{Dims, broadcast},
};

/// What becomes of the losses of the single elements or examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reduction {
    /// They stay as they are.
    None,
    /// Their mean, the default.
    #[default]
    Mean,
    /// Their sum.
    Sum,
}

impl Reduction {
    pub(crate) fn of(self, losses: &Tensor) -> Tensor {
        match self {
            Reduction::None => losses.clone(),
            Reduction::Mean => losses.mean(),
            Reduction::Sum => losses.sum(),
        }
    }

    /// What the sum of `n` losses is divided by.
    pub(crate) fn divisor(self, n: usize) -> f64 {
        match self {
            Reduction::Mean => n as f64,
            _ => 1.0,
        }
    }
}

names! { Reduction { "none" => None, "mean" => Mean, "sum" => Sum, } }

/// Floats of one common dtype, broadcast to one shape.
pub(crate) fn together<const N: usize>(op: &'static str, all: [&Tensor; N]) -> Result<[Tensor; N]> {
    let mut shape = Dims::new(&[]);
    for x in all {
        shape = broadcast(op, &shape, x.dims())?;
    }
    all[0].check_float(op)?;
    let dtype = all.iter().fold(all[0].dtype(), |d, x| d.promote(x.dtype()));
    Ok(all.map(|x| x.to_dtype(dtype).expand(shape)))
}

#[cfg(test)]
mod tests {
    use super::Reduction;

    #[test]
    fn names_are_read() {
        assert_eq!("sum".parse(), Ok(Reduction::Sum));
        let e = "abc".parse::<Reduction>().unwrap_err().to_string();
        assert_eq!(e, "Reduction: `abc` is none of none, mean, sum");
    }
}
