//! Averaged stochastic gradient descent.
use crate::optimizer;

optimizer! {
    /// Averaged stochastic gradient descent (Polyak and Juditsky 1992; PyTorch's `optim.ASGD`). In step
    /// `t`, for each parameter `p` with gradient `g`:
    ///
    /// ```text
    /// g ← g + λ p                                weight decay λ
    /// p ← (1 - Λ η) p - η g                      η = lr / (1 + Λ lr t')^α, of the step before
    /// a ← a + (p - a) / max(1, t' - t₀)          the mean of the parameters, state `ax`
    /// ```
    ///
    /// with decay Λ (`lambd`) and `t'` the number of steps before this one.
    ///
    /// ```
    /// use d2l::prelude::*;
    /// let w = Param::new(Tensor::from([1.0]));
    /// let mut asgd = ASGD::new([w.clone()], 0.1);
    /// w.set_grad(&Tensor::from([1.0]));
    /// asgd.step();
    /// assert!((w.item() - 0.89999).abs() < 1e-6);
    /// assert_eq!(asgd.state_dict().get("0.ax"), Some(&w.detach()));
    /// ```
    pub struct ASGD {
        lr,
        /// Sets the decay Λ.
        lambd: 1e-4,
        /// Sets α, the power with which the rate falls.
        alpha: 0.75,
        /// Sets t₀, the step from which on the mean is taken.
        t0: 1e6,
        /// Sets the weight decay λ.
        weight_decay: 0.0,
        /// Climbs instead of descending.
        maximize: false,
    }
    state { #[scalar] eta: lr, #[scalar] mu: 1.0, ax }
    {
        let sign = if maximize { -1.0 } else { 1.0 };
        let mean = mu;
        g = sign * g + weight_decay * p;
        p = (1 - lambd * eta) * p - eta * g;
        ax = if mean == 1 { p } else { ax + mean * (p - ax) };
        eta = lr / powf(1 + lambd * lr * t, alpha);
        mu = 1 / max(1.0, t - t0);
    }
}
