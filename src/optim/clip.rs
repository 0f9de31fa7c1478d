//! Gradient clipping.
use crate::module::Param;
use d2l_core::{Tensor, no_grad};

/// Scales all gradients by `max_norm / (norm + 1e-6)` if that is below 1, with their common L2 norm;
/// gives the norm before (PyTorch's `clip_grad_norm_`, book 9.5).
///
/// ```
/// use d2l::prelude::*;
/// let w = Param::new(Tensor::zeros([2]));
/// w.set_grad(&Tensor::from([3.0, 4.0]));
/// assert_eq!(clip_grad_norm_(&[w.clone()], 1.0), 5.0);
/// let g = w.grad().unwrap().to_vec::<f32>();
/// assert!((g[0] - 0.6).abs() < 1e-6 && (g[1] - 0.8).abs() < 1e-6);
/// ```
pub fn clip_grad_norm_(params: &[Param], max_norm: f64) -> f64 {
    let grads: Vec<Tensor> = params.iter().filter_map(|p| p.get()?.grad()).collect();
    no_grad(|| {
        let norm = grads
            .iter()
            .map(|g| g.square().sum().item())
            .sum::<f64>()
            .sqrt();
        let scale = max_norm / (norm + 1e-6);
        if scale < 1.0 {
            grads.iter().for_each(|g| drop(g.mul_(scale)));
        }
        norm
    })
}
