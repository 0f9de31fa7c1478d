//! RMSprop.
use crate::optimizer;

optimizer! {
    /// RMSprop (Hinton 2012; PyTorch's `optim.RMSprop`, book 12.8). For each parameter `p` with
    /// gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ
    /// s ← α s + (1 - α) g²
    /// a ← α a + (1 - α) g                        centered: s - a² instead of s below
    /// b ← μ b + g / (√s + ε)                     momentum μ
    /// p ← p - lr b
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut rmsprop = RMSprop::new([w.clone()], 0.01).alpha(0.9);
    /// w.set_grad(&Tensor::from([0.5]));
    /// rmsprop.step();
    /// assert!((w.item() - 0.9683772).abs() < 1e-6);
    /// ```
    pub struct RMSprop {
        lr,
        /// Sets α, how much of the mean square is kept; the book's γ.
        alpha: 0.99,
        /// Sets ε, which keeps the denominator from zero.
        eps: 1e-8,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Sets the momentum μ.
        momentum: 0.0,
        /// Divides by the standard deviation instead of the root of the mean square.
        centered: false,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { square_avg, grad_avg, momentum_buffer }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        g = sign * g + weight_decay * p;
        square_avg = alpha * square_avg + (1 - alpha) * g * g;
        if centered {
            grad_avg = grad_avg + (1 - alpha) * (g - grad_avg);
            g = g / (sqrt(square_avg - grad_avg * grad_avg) + eps);
        } else {
            g = g / (sqrt(square_avg) + eps);
        }
        if momentum > 0 {
            momentum_buffer = momentum * momentum_buffer + g;
            p = p - lr * momentum_buffer;
        } else {
            p = p - lr * g;
        }
    }
}
