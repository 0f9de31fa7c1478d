//! How near two inputs are.
use crate::Module;
use d2l_core::Tensor;

/// The cosine of the angles between the vectors of two inputs along an axis, which disappears (PyTorch's
/// `nn.CosineSimilarity`): [`Tensor::cosine_similarity`].
///
/// ```
/// use d2l::prelude::*;
/// let (x, y) = (Tensor::from([[3.0, 0.0]]), Tensor::from([[2.0, 0.0]]));
/// assert_eq!(CosineSimilarity::new().forward(&x, &y), Tensor::from([1.0]));
/// ```
#[derive(Module, Debug)]
#[module(repr = CosineSimilarity::line)]
pub struct CosineSimilarity {
    dim: isize,
    eps: f64,
}

impl CosineSimilarity {
    /// Along axis 1.
    pub fn new() -> CosineSimilarity {
        CosineSimilarity { dim: 1, eps: 1e-8 }
    }

    /// The axis of the vectors (1).
    #[must_use]
    pub fn dim(mut self, dim: isize) -> CosineSimilarity {
        self.dim = dim;
        self
    }

    /// What lengths are raised to (1e-8).
    #[must_use]
    pub fn eps(mut self, eps: f64) -> CosineSimilarity {
        self.eps = eps;
        self
    }

    fn line(&self) -> String {
        "CosineSimilarity()".to_string()
    }
}

impl Default for CosineSimilarity {
    fn default() -> CosineSimilarity {
        CosineSimilarity::new()
    }
}

forward_with! {
    /// The cosines.
    ///
    /// # Panics
    /// If the shapes do not broadcast or there is no such axis, or for integers.
    CosineSimilarity, |this, x, y: &'a Tensor| -> Tensor, |out| out, x.try_cosine_similarity(y, this.dim, this.eps)
}

/// `‖x - y + eps‖ₚ` along the last axis, which disappears (PyTorch's `nn.PairwiseDistance`):
/// [`Tensor::pairwise_distance`].
///
/// ```
/// use d2l::prelude::*;
/// let (x, y) = (Tensor::from([[3.0, 0.0]]), Tensor::from([[0.0, 4.0]]));
/// let d = PairwiseDistance::new().keepdim(true).forward(&x, &y);
/// assert!(d.allclose(&Tensor::from([[5.0]]), 0.0, 1e-4));
/// ```
#[derive(Module, Debug)]
#[module(repr = PairwiseDistance::line)]
pub struct PairwiseDistance {
    p: f64,
    eps: f64,
    keepdim: bool,
}

impl PairwiseDistance {
    /// The Euclidean distance.
    pub fn new() -> PairwiseDistance {
        PairwiseDistance {
            p: 2.0,
            eps: 1e-6,
            keepdim: false,
        }
    }

    /// The order of the norm (2).
    #[must_use]
    pub fn p(mut self, p: impl Into<f64>) -> PairwiseDistance {
        self.p = p.into();
        self
    }

    /// What is added to every difference (1e-6).
    #[must_use]
    pub fn eps(mut self, eps: f64) -> PairwiseDistance {
        self.eps = eps;
        self
    }

    /// Whether the last axis stays, with size 1 (no).
    #[must_use]
    pub fn keepdim(mut self, on: bool) -> PairwiseDistance {
        self.keepdim = on;
        self
    }

    fn distance(&self, x: &Tensor, y: &Tensor) -> Result<Tensor, d2l_core::Error> {
        let d = x.try_pairwise_distance(y, self.p, self.eps)?;
        Ok(if self.keepdim { d.unsqueeze(-1) } else { d })
    }

    fn line(&self) -> String {
        "PairwiseDistance()".to_string()
    }
}

impl Default for PairwiseDistance {
    fn default() -> PairwiseDistance {
        PairwiseDistance::new()
    }
}

forward_with! {
    /// The distances.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    PairwiseDistance, |this, x, y: &'a Tensor| -> Tensor, |out| out, this.distance(x, y)
}
