//! Adam.
use crate::optimizer;

optimizer! {
    /// Adam (Kingma and Ba 2015; PyTorch's `optim.Adam`, book 12.10). In step `t`, for each parameter
    /// `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ
    /// m ← β₁ m + (1 - β₁) g                      m̂ = m / (1 - β₁ᵗ)
    /// v ← β₂ v + (1 - β₂) g²                     v̂ = v / (1 - β₂ᵗ)
    /// p ← p - lr m̂ / (√v̂ + ε)                    amsgrad: the largest v so far instead of v
    /// ```
    ///
    /// Weight decay is part of the gradient here; [`AdamW`](super::AdamW) keeps it apart.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut adam = Adam::new([w.clone()], 0.1).betas((0.9, 0.999));
    /// w.set_grad(&Tensor::from([0.5]));
    /// adam.step(); // the first step is lr, whatever the gradient
    /// assert!((w.item() - 0.9).abs() < 1e-6);
    /// ```
    pub struct Adam {
        lr,
        /// Sets β₁, how much of the mean gradient is kept.
        beta1: 0.9 in 0..1,
        /// Sets β₂, how much of the mean square is kept.
        beta2: 0.999 in 0..1,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-8,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Divides by the largest mean square so far (Reddi et al. 2018).
        amsgrad: false,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { exp_avg, exp_avg_sq, max_exp_avg_sq }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        let step = lr / (1 - beta1.powi(t));
        let scale = (1 - beta2.powi(t)).sqrt();
        g = sign * g + weight_decay * p;
        exp_avg = beta1 * exp_avg + (1 - beta1) * g;
        exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g * g;
        if amsgrad {
            max_exp_avg_sq = max(max_exp_avg_sq, exp_avg_sq);
            p = p - step * exp_avg / (sqrt(max_exp_avg_sq) / scale + eps);
        } else {
            p = p - step * exp_avg / (sqrt(exp_avg_sq) / scale + eps);
        }
    }
}

betas!(Adam);
