//! Adagrad.
use crate::optimizer;

optimizer! {
    /// Adagrad (Duchi et al. 2011; PyTorch's `optim.Adagrad`, book 12.7). In step `t`, for each
    /// parameter `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ
    /// s ← s + g²
    /// p ← p - lr / (1 + (t - 1) η) g / (√s + ε)  decay of the rate η
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut adagrad = Adagrad::new([w.clone()], 0.1);
    /// w.set_grad(&Tensor::from([0.5]));
    /// adagrad.step();
    /// assert!((w.item() - 0.9).abs() < 1e-6);
    /// ```
    pub struct Adagrad {
        lr,
        /// Sets η, by which the learning rate decays.
        lr_decay: 0.0,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Sets what `s` starts with.
        initial_accumulator_value: 0.0,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-10,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { sum: initial_accumulator_value }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        g = sign * g + weight_decay * p;
        sum = sum + g * g;
        p = p - (lr / (1 + (t - 1) * lr_decay)) * g / (sqrt(sum) + eps);
    }
}
