//! Adam with Nesterov's momentum.
use crate::optimizer;

optimizer! {
    /// Adam with Nesterov's momentum (Dozat 2016; PyTorch's `optim.NAdam`). In step `t`, for each
    /// parameter `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ; decoupled: p ← p - lr λ p
    /// μₜ = β₁ (1 - ½ 0.96^(t ψ))                 momentum decay ψ
    /// m ← β₁ m + (1 - β₁) g
    /// v ← β₂ v + (1 - β₂) g²                     v̂ = v / (1 - β₂ᵗ)
    /// m̂ = μₜ₊₁ m / (1 - μ₁ ⋯ μₜ₊₁) + (1 - μₜ) g / (1 - μ₁ ⋯ μₜ)
    /// p ← p - lr m̂ / (√v̂ + ε)
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut nadam = NAdam::new([w.clone()], 0.01);
    /// w.set_grad(&Tensor::from([0.5]));
    /// nadam.step();
    /// assert!(w.item() < 0.999 && w.item() > 0.98);
    /// ```
    pub struct NAdam {
        lr,
        /// Sets β₁, how much of the mean gradient is kept.
        beta1: 0.9 in 0..1,
        /// Sets β₂, how much of the mean square is kept.
        beta2: 0.999 in 0..1,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-8,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Sets ψ, how fast the momentum grows to β₁.
        momentum_decay: 0.004,
        /// Keeps the weight decay out of the gradient, as [`AdamW`](super::AdamW) does.
        decoupled_weight_decay: false,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { #[scalar] mu_product: 1.0, exp_avg, exp_avg_sq }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        let shrink = if decoupled_weight_decay { lr * weight_decay } else { 0.0 };
        let decay = if decoupled_weight_decay { 0.0 } else { weight_decay };
        let scale = (1 - beta2.powi(t)).sqrt();
        let mu = beta1 * (1 - 0.5 * powf(0.96, t * momentum_decay));
        let mu_next = beta1 * (1 - 0.5 * powf(0.96, (t + 1) * momentum_decay));
        mu_product = single(mu_product * single(mu)); // PyTorch keeps it in f32
        p = (1 - shrink) * p;
        g = sign * g + decay * p;
        exp_avg = beta1 * exp_avg + (1 - beta1) * g;
        exp_avg_sq = beta2 * exp_avg_sq + (1 - beta2) * g * g;
        let of_g = lr * (1 - mu) / (1 - mu_product);
        let of_m = lr * mu_next / (1 - mu_product * mu_next);
        p = p - (of_g * g + of_m * exp_avg) / (sqrt(exp_avg_sq) / scale + eps);
    }
}

betas!(NAdam);
