//! Adam with decoupled weight decay.
use crate::optimizer;

optimizer! {
    /// Adam with weight decay of its own (Loshchilov and Hutter 2019; PyTorch's `optim.AdamW`, book
    /// 12.10): the parameter shrinks by `lr λ` in every step, whatever its gradient.
    ///
    /// ```text
    /// p ← p - lr λ p                             weight decay λ
    /// m ← β₁ m + (1 - β₁) g                      m̂ = m / (1 - β₁ᵗ)
    /// v ← β₂ v + (1 - β₂) g²                     v̂ = v / (1 - β₂ᵗ)
    /// p ← p - lr m̂ / (√v̂ + ε)                    amsgrad: the largest v so far instead of v
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut adamw = AdamW::new([w.clone()], 0.1).weight_decay(0.5);
    /// w.set_grad(&Tensor::from([0.0]));
    /// adamw.step(); // no gradient, but decay
    /// assert!((w.item() - 0.95).abs() < 1e-6);
    /// ```
    pub struct AdamW {
        lr,
        /// Sets β₁, how much of the mean gradient is kept.
        beta1: 0.9 in 0..1,
        /// Sets β₂, how much of the mean square is kept.
        beta2: 0.999 in 0..1,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-8,
        /// Sets the weight decay λ.
        weight_decay: 0.01,
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
        p = (1 - lr * weight_decay) * p;
        g = sign * g;
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

betas!(AdamW);
