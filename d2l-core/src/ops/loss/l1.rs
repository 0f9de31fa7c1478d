//! Losses that grow like the distance: L1, smooth L1, Huber.
use super::pair::formula_loss;
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
};
use d2l_macros::elementwise;

#[elementwise(crate = crate, test = -3.0..3.0)]
fn l1_loss(x: f32, y: f32) -> f32 {
    (x - y).abs()
}

#[elementwise(crate = crate, test = 0.5..3.0)]
fn smooth_l1_loss(x: f32, y: f32, #[scalar] beta: f32) -> f32 {
    let d = (x - y).abs();
    if d < beta {
        0.5 * d * d / beta
    } else {
        d - 0.5 * beta
    }
}

#[elementwise(crate = crate, test = 0.5..3.0)]
fn huber_loss(x: f32, y: f32, #[scalar] delta: f32) -> f32 {
    let d = (x - y).abs();
    if d < delta {
        0.5 * d * d
    } else {
        delta * (d - 0.5 * delta)
    }
}

options! {
    /// `|x - y|` (PyTorch's `nn.L1Loss`). Its slope where both are equal is 0.
    L1Loss {
        /// What becomes of the distances (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

options! {
    /// `(x - y)² / (2 beta)` where `|x - y| < beta`, else `|x - y| - beta/2` (PyTorch's
    /// `nn.SmoothL1Loss`).
    SmoothL1Loss {
        /// Where the parabola ends (1); 0 gives the L1 loss.
        beta: f64 = 1.0,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

options! {
    /// `(x - y)² / 2` where `|x - y| < delta`, else `delta (|x - y| - delta/2)` (PyTorch's
    /// `nn.HuberLoss`).
    HuberLoss {
        /// Where the parabola ends (1).
        delta: f64 = 1.0,
        /// What becomes of the losses (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl L1Loss {
    /// The loss of the prediction `x` where `y` is right.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::{L1Loss, Reduction, Tensor};
    /// let (x, y) = (Tensor::from([1.0, 4.0]), Tensor::from([3.0, 4.0]));
    /// assert_eq!(L1Loss::new().reduction(Reduction::None).forward(&x, &y), Tensor::from([2.0, 0.0]));
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(formula_loss::<l1_loss, 2>(self.reduction, x, y, &[]))
    }
}

impl SmoothL1Loss {
    /// The loss of the prediction `x` where `y` is right.
    ///
    /// # Panics
    /// If shapes or dtypes differ, or `beta` is negative.
    ///
    /// ```
    /// use d2l_core::{SmoothL1Loss, Tensor};
    /// let (x, y) = (Tensor::from([1.0, 5.0]), Tensor::from([2.0, 2.0]));
    /// assert_eq!(SmoothL1Loss::new().beta(2.0).forward(&x, &y).item(), (0.25 + 2.0) / 2.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "smooth_l1_loss";
        if self.beta.is_nan() || self.beta < 0.0 {
            bail!(OP, Value, "beta {} is negative or NaN", self.beta);
        }
        formula_loss::<smooth_l1_loss, 3>(self.reduction, x, y, &[self.beta])
    }
}

impl HuberLoss {
    /// The loss of the prediction `x` where `y` is right.
    ///
    /// # Panics
    /// If shapes or dtypes differ, or `delta` is not positive.
    ///
    /// ```
    /// use d2l_core::{HuberLoss, Tensor};
    /// let (x, y) = (Tensor::from([1.0, 5.0]), Tensor::from([2.0, 2.0]));
    /// assert_eq!(HuberLoss::new().delta(2.0).forward(&x, &y).item(), (0.5 + 4.0) / 2.0);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "huber_loss";
        if self.delta.is_nan() || self.delta <= 0.0 {
            bail!(OP, Value, "delta {} is not positive", self.delta);
        }
        formula_loss::<huber_loss, 3>(self.reduction, x, y, &[self.delta])
    }
}

impl Tensor {
    /// The mean of `|self - y|`: [`L1Loss`] with its defaults.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).l1_loss(&Tensor::from([1.0, 2.0])).item(), 1.0);
    /// ```
    #[track_caller]
    pub fn l1_loss(&self, y: &Tensor) -> Tensor {
        L1Loss::new().forward(self, y)
    }

    /// [`SmoothL1Loss`] with its defaults.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).smooth_l1_loss(&Tensor::from([1.0, 2.0])).item(), 0.75);
    /// ```
    #[track_caller]
    pub fn smooth_l1_loss(&self, y: &Tensor) -> Tensor {
        SmoothL1Loss::new().forward(self, y)
    }

    /// [`HuberLoss`] with its defaults.
    ///
    /// # Panics
    /// If shapes or dtypes differ.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1.0, 4.0]).huber_loss(&Tensor::from([1.0, 2.0])).item(), 0.75);
    /// ```
    #[track_caller]
    pub fn huber_loss(&self, y: &Tensor) -> Tensor {
        HuberLoss::new().forward(self, y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(l1_loss, |x, y| x.l1_loss(&(y * 3.0)), [3, 4], [3, 4]);
    gradcheck_test!(
        smooth_l1_loss,
        |x, y| SmoothL1Loss::new().beta(0.7).forward(x, y) + x.smooth_l1_loss(y),
        [3, 4],
        [3, 4]
    );
    gradcheck_test!(
        huber_loss,
        |x, y| HuberLoss::new().delta(0.7).forward(x, y) + x.huber_loss(y),
        [3, 4],
        [3, 4]
    );

    #[test]
    #[should_panic(expected = "smooth_l1_loss: beta -1 is negative or NaN")]
    fn a_negative_bend_is_refused() {
        let _ = SmoothL1Loss::new()
            .beta(-1.0)
            .forward(&Tensor::zeros([1]), &Tensor::zeros([1]));
    }
}
