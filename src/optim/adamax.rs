//! Adam with the largest gradient in place of the mean square.
use crate::optimizer;

optimizer! {
    /// Adamax (Kingma and Ba 2015, section 7.1; PyTorch's `optim.Adamax`). In step `t`, for each
    /// parameter `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ
    /// m ← β₁ m + (1 - β₁) g                      m̂ = m / (1 - β₁ᵗ)
    /// u ← max(β₂ u, |g| + ε)
    /// p ← p - lr m̂ / u
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut adamax = Adamax::new([w.clone()], 0.1);
    /// w.set_grad(&Tensor::from([0.5]));
    /// adamax.step();
    /// assert!((w.item() - 0.9).abs() < 1e-6);
    /// ```
    pub struct Adamax {
        lr,
        /// Sets β₁, how much of the mean gradient is kept.
        beta1: 0.9 in 0..1,
        /// Sets β₂, how much of the largest gradient is kept.
        beta2: 0.999 in 0..1,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-8,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { exp_avg, exp_inf }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        g = sign * g + weight_decay * p;
        exp_avg = beta1 * exp_avg + (1 - beta1) * g;
        exp_inf = max(beta2 * exp_inf, abs(g) + eps);
        p = p - (lr / (1 - beta1.powi(t))) * exp_avg / exp_inf;
    }
}

betas!(Adamax);
