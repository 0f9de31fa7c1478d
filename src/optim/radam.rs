//! Rectified Adam.
use crate::optimizer;

optimizer! {
    /// Rectified Adam (Liu et al. 2020; PyTorch's `optim.RAdam`): momentum alone, until the mean
    /// square rests on enough gradients. In step `t`, for each parameter `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ; decoupled: p ← p - lr λ p
    /// m ← β₁ m + (1 - β₁) g                      m̂ = m / (1 - β₁ᵗ)
    /// v ← β₂ v + (1 - β₂) g²
    /// ρ∞ = 2 / (1 - β₂) - 1                      ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ)
    /// p ← p - lr m̂                               while ρ ≤ 5
    /// p ← p - lr m̂ r √(1 - β₂ᵗ) / (√v + ε)       r² = (ρ - 4)(ρ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρ)
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut radam = RAdam::new([w.clone()], 0.1);
    /// w.set_grad(&Tensor::from([0.5]));
    /// radam.step(); // the first steps follow the gradient
    /// assert!((w.item() - 0.95).abs() < 1e-6);
    /// ```
    pub struct RAdam {
        lr,
        /// Sets β₁, how much of the mean gradient is kept.
        beta1: 0.9 in 0..1,
        /// Sets β₂, how much of the mean square is kept.
        beta2: 0.999 in 0..1,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-8,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Keeps the weight decay out of the gradient, as [`AdamW`](super::AdamW) does.
        decoupled_weight_decay: false,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { exp_avg, exp_avg_sq }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        let shrink = if decoupled_weight_decay { lr * weight_decay } else { 0.0 };
        let decay = if decoupled_weight_decay { 0.0 } else { weight_decay };
        let left = 1 - beta2.powi(t);
        let most = 2 / (1 - beta2) - 1;
        let rho = most - 2 * t * beta2.powi(t) / left;
        let step = lr / (1 - beta1.powi(t));
        p = (1 - shrink) * p;
        g = sign * g + decay * p;
        exp_avg = beta1 * exp_avg + (1 - beta1) * g;
        exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g * g;
        if rho > 5 {
            let r = sqrt((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho));
            p = p - (step * r * left.sqrt()) * exp_avg / (sqrt(exp_avg_sq) + eps);
        } else {
            p = p - step * exp_avg;
        }
    }
}

betas!(RAdam);
