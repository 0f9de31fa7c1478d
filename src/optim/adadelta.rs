//! Adadelta.
use crate::optimizer;

optimizer! {
    /// Adadelta (Zeiler 2012; PyTorch's `optim.Adadelta`, book 12.9). PyTorch's learning rate is 1.
    /// For each parameter `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ
    /// s ← ρ s + (1 - ρ) g²
    /// d = g √(a + ε) / √(s + ε)
    /// a ← ρ a + (1 - ρ) d²
    /// p ← p - lr d
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut adadelta = Adadelta::new([w.clone()], 1.0);
    /// w.set_grad(&Tensor::from([0.5]));
    /// adadelta.step();
    /// assert!((w.item() - 0.9968378).abs() < 1e-6);
    /// ```
    pub struct Adadelta {
        lr,
        /// Sets ρ, how much of the means is kept.
        rho: 0.9 in 0..=1,
        /// Sets ε, which keeps the roots from zero.
        eps: 1e-6,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { square_avg, acc_delta }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        g = sign * g + weight_decay * p;
        square_avg = rho * square_avg + (1 - rho) * g * g;
        let delta = sqrt(acc_delta + eps) / sqrt(square_avg + eps) * g;
        acc_delta = rho * acc_delta + (1 - rho) * delta * delta;
        p = p - lr * delta;
    }
}
