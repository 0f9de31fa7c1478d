//! Stochastic gradient descent.
use crate::optimizer;

optimizer! {
    /// Stochastic gradient descent (PyTorch's `optim.SGD`, book 3.4 and 12.6). For each parameter `p`
    /// with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                   weight decay λ
    /// v ← μ v + (1 - τ) g           momentum μ, dampening τ; v starts as the first g
    /// p ← p - lr v                  with Nesterov's momentum: p - lr (g + μ v)
    /// ```
    ///
    /// Parameters without a gradient are left alone; lazy ones may get their shape later.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut sgd = SGD::new([w.clone()], 0.1).momentum(0.9);
    /// w.set_grad(&Tensor::from([3.0]));
    /// sgd.step();
    /// assert!((w.item() - 0.7).abs() < 1e-6);
    /// sgd.step(); // v = 0.9 · 3 + 3
    /// assert!((w.item() - 0.13).abs() < 1e-6);
    /// ```
    pub struct SGD {
        lr,
        /// Sets the momentum μ.
        momentum: 0.0,
        /// Sets the dampening τ of the momentum.
        dampening: 0.0 in ..,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Chooses Nesterov's momentum: the gradient where the momentum leads.
        nesterov: false,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { momentum_buffer }
    {
        assert!(
            !nesterov || momentum > 0 && dampening == 0,
            "nesterov needs a momentum and zero dampening"
        );
        let sign = if maximize { -1.0 } else { 1.0 };
        g = sign * g + weight_decay * p;
        if momentum != 0 {
            let keep = if t == 1 { 0.0 } else { momentum };
            let add = if t == 1 { 1.0 } else { 1.0 - dampening };
            momentum_buffer = keep * momentum_buffer + add * g;
            if nesterov {
                p = p - lr * (g + momentum * momentum_buffer);
            } else {
                p = p - lr * momentum_buffer;
            }
        } else {
            p = p - lr * g;
        }
    }
}
