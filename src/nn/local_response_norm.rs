//! Normalisation by neighbouring channels.
use super::sizes::float;
use crate::Module;

/// `x / (k + alpha · mean(x²))^beta` with the mean over `size` neighbouring channels (PyTorch's
/// `nn.LocalResponseNorm`): [`Tensor::local_response_norm`](d2l_core::Tensor::local_response_norm).
///
/// Shapes: `[n, channels, ..]` to the same.
///
/// ```
/// use d2l::prelude::*;
/// let layer = LocalResponseNorm::new(2).alpha(2.0).beta(0.5).k(0.0);
/// assert_eq!(layer.forward(&Tensor::from([[[3.0], [4.0]]])), Tensor::from([[[1.0], [0.8]]]));
/// ```
#[derive(Module, Debug)]
#[module(repr = LocalResponseNorm::line)]
pub struct LocalResponseNorm {
    size: usize,
    alpha: f64,
    beta: f64,
    k: f64,
}

impl LocalResponseNorm {
    /// Over so many channels.
    ///
    /// # Panics
    /// For 0.
    #[track_caller]
    pub fn new(size: usize) -> LocalResponseNorm {
        assert!(size > 0, "LocalResponseNorm: size must not be 0");
        LocalResponseNorm {
            size,
            alpha: 1e-4,
            beta: 0.75,
            k: 1.0,
        }
    }

    /// The factor of the mean (1e-4).
    #[must_use]
    pub fn alpha(mut self, alpha: f64) -> LocalResponseNorm {
        self.alpha = alpha;
        self
    }

    /// The exponent (0.75).
    #[must_use]
    pub fn beta(mut self, beta: f64) -> LocalResponseNorm {
        self.beta = beta;
        self
    }

    /// What is added (1).
    #[must_use]
    pub fn k(mut self, k: f64) -> LocalResponseNorm {
        self.k = k;
        self
    }

    fn line(&self) -> String {
        let [alpha, beta, k] = [self.alpha, self.beta, self.k].map(float);
        format!(
            "LocalResponseNorm({}, alpha={alpha}, beta={beta}, k={k})",
            self.size
        )
    }
}

forward! {
    /// The normalised input.
    ///
    /// # Panics
    /// If `x` has fewer than three axes, or holds integers.
    LocalResponseNorm, |this, x| x.try_local_response_norm(this.size, this.alpha, this.beta, this.k)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn a_layer_is_printed_as_in_pytorch() {
        assert_eq!(
            LocalResponseNorm::new(2).repr().to_string(),
            "LocalResponseNorm(2, alpha=0.0001, beta=0.75, k=1.0)"
        );
    }
}
