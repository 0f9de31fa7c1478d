//! Resilient backpropagation.
use crate::optimizer;

optimizer! {
    /// Rprop (Riedmiller and Braun 1993; PyTorch's `optim.Rprop`), for gradients of the whole data
    /// set: the sign of the gradient alone counts. For each parameter `p` with gradient `g`, and `h`
    /// the one before:
    ///
    /// ```text
    /// d ← η⁺ d   where g h > 0      d ← η⁻ d, g ← 0   where g h < 0      d within its bounds
    /// p ← p - d sign(g)
    /// ```
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut rprop = Rprop::new([w.clone()], 0.1);
    /// w.set_grad(&Tensor::from([5.0]));
    /// rprop.step(); // 0.1
    /// rprop.step(); // 0.12
    /// assert!((w.item() - 0.78).abs() < 1e-6);
    /// ```
    pub struct Rprop {
        lr,
        /// Sets η⁻, by which a step shrinks where the gradient changes its sign.
        eta_minus: 0.5 in 0..1,
        /// Sets η⁺, by which a step grows where the gradient keeps its sign.
        eta_plus: 1.2 in 1..,
        /// Sets the smallest step.
        step_min: 1e-6,
        /// Sets the largest step.
        step_max: 50.0,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { prev, step_size: lr }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        g = sign * g;
        let turned = g * prev < 0;
        let factor = if turned {
            eta_minus
        } else {
            if g * prev > 0 { eta_plus } else { 1.0 }
        };
        step_size = min(max(step_size * factor, step_min), step_max);
        g = if turned { 0.0 } else { g };
        p = p - step_size * g.sign();
        prev = g;
    }
}
