//! Normalisation of channels: over the batch, over every example, over groups of channels.
use super::plan::{Parameters, Plan};
use crate::{
    Tensor,
    error::{Result, bail, ok},
};

impl Tensor {
    /// `(x - mean) / √(var + eps) · weight + bias` for every channel (axis 1), with mean and variance
    /// over the batch and all further axes while `training`, and the `running` ones else (PyTorch's
    /// `nn.functional.batch_norm`, there with a momentum of 0.1 and an eps of 1e-5; book 8.5).
    ///
    /// Training moves the running mean and variance, in place, towards those of this batch:
    /// `running += momentum · (batch - running)`, where the variance is the unbiased one.
    ///
    /// # Panics
    /// If shapes do not fit, if there are no running statistics to use, or if a channel has a single
    /// value while training.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [3.0, 6.0]]);
    /// let (mean, var) = (Tensor::zeros([2]), Tensor::ones([2]));
    /// let y = x.batch_norm(Some((&mean, &var)), None, None, true, 0.5, 0.0);
    /// assert_eq!(y, Tensor::from([[-1.0, -1.0], [1.0, 1.0]]));
    /// assert_eq!((mean, var), (Tensor::from([1.0, 2.0]), Tensor::from([1.5, 4.5])));
    /// ```
    #[track_caller]
    pub fn batch_norm(
        &self,
        running: Option<(&Tensor, &Tensor)>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        training: bool,
        momentum: f64,
        eps: f64,
    ) -> Tensor {
        ok!(self.try_batch_norm(running, weight, bias, training, momentum, eps))
    }

    /// [`Tensor::batch_norm`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::batch_norm`].
    pub fn try_batch_norm(
        &self,
        running: Option<(&Tensor, &Tensor)>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        training: bool,
        momentum: f64,
        eps: f64,
    ) -> Result<Tensor> {
        const OP: &str = "batch_norm";
        // Nothing to learn from; PyTorch does not even ask for channels then.
        if self.numel() == 0 {
            return Ok(self.copy());
        }
        let plan = Plan::new(OP, self, None)?;
        let parameters = Parameters { weight, bias, eps };
        parameters.check(OP, self, running)?;
        if !training {
            return plan.fixed(OP, self, running, parameters);
        }
        several(OP, self.numel() / plan.channels.max(1), "channel", self)?;
        let (y, statistics) = plan.normalized(OP, self, parameters);
        if let Some(running) = running {
            statistics.update(plan, running, momentum);
        }
        Ok(y)
    }

    /// [`Tensor::batch_norm`] with mean and variance of every channel of every example by itself;
    /// running statistics move towards their means over the batch. With `use_input_stats` false the
    /// running ones are used (PyTorch's `nn.functional.instance_norm`, there with true, 0.1 and
    /// 1e-5).
    ///
    /// # Panics
    /// If shapes do not fit, if there are no running statistics to use, or if a channel has a single
    /// value.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[[1.0, 3.0], [0.0, 8.0]]]);
    /// let y = x.instance_norm(None, None, None, true, 0.1, 0.0);
    /// assert_eq!(y, Tensor::from([[[-1.0, 1.0], [-1.0, 1.0]]]));
    /// ```
    #[track_caller]
    pub fn instance_norm(
        &self,
        running: Option<(&Tensor, &Tensor)>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        use_input_stats: bool,
        momentum: f64,
        eps: f64,
    ) -> Tensor {
        ok!(self.try_instance_norm(running, weight, bias, use_input_stats, momentum, eps))
    }

    /// [`Tensor::instance_norm`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::instance_norm`].
    pub fn try_instance_norm(
        &self,
        running: Option<(&Tensor, &Tensor)>,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        use_input_stats: bool,
        momentum: f64,
        eps: f64,
    ) -> Result<Tensor> {
        const OP: &str = "instance_norm";
        let channels = self.shape().get(1).copied().unwrap_or(0);
        let plan = Plan::new(OP, self, Some(channels))?;
        let parameters = Parameters { weight, bias, eps };
        parameters.check(OP, self, running)?;
        if !use_input_stats {
            let plan = Plan::new(OP, self, None)?;
            return plan.fixed(OP, self, running, parameters);
        }
        if self.numel() == 0 {
            return Ok(self.copy());
        }
        several(OP, plan.layout.inner, "channel of an example", self)?;
        let (y, statistics) = plan.normalized(OP, self, parameters);
        if let Some(running) = running {
            statistics.update(plan, running, momentum);
        }
        Ok(y)
    }

    /// `(x - mean) / √(var + eps) · weight + bias` with mean and variance over groups of channels
    /// (axis 1) of every example (PyTorch's `nn.functional.group_norm`, there with 1e-5).
    ///
    /// # Panics
    /// If the channels cannot be divided into so many groups, or shapes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 3.0, 0.0, 8.0]]);
    /// assert_eq!(x.group_norm(2, None, None, 0.0), Tensor::from([[-1.0, 1.0, -1.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn group_norm(
        &self,
        groups: usize,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Tensor {
        ok!(self.try_group_norm(groups, weight, bias, eps))
    }

    /// [`Tensor::group_norm`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::group_norm`].
    pub fn try_group_norm(
        &self,
        groups: usize,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        const OP: &str = "group_norm";
        let plan = Plan::new(OP, self, Some(groups))?;
        let parameters = Parameters { weight, bias, eps };
        parameters.check(OP, self, None)?;
        if self.numel() == 0 {
            return Ok(self.copy());
        }
        Ok(plan.normalized(OP, self, parameters).0)
    }
}

/// A mean of one value normalises everything to 0.
fn several(op: &'static str, values: usize, of: &str, x: &Tensor) -> Result<()> {
    if values == 1 {
        bail!(
            op,
            Shape,
            "input {:?} has a single value for each {of}",
            x.shape()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{DType, Tensor, grad, testing::gradcheck_test};
    gradcheck_test!(
        batch_norm,
        |x, w, b| x.batch_norm(None, Some(w), Some(b), true, 0.1, 1e-5),
        [3, 2, 4],
        [2],
        [2]; no scalar
    );
    gradcheck_test!(
        batch_norm_in_use,
        |x, w, b| {
            let (mean, var) = (
                Tensor::from([0.5, 1.0]).double(),
                Tensor::from([2.0, 3.0]).double(),
            );
            x.batch_norm(Some((&mean, &var)), Some(w), Some(b), false, 0.1, 0.1)
        },
        [3, 2, 4],
        [2],
        [2]; no scalar
    );
    gradcheck_test!(
        instance_norm,
        |x, w| x.instance_norm(None, Some(w), None, true, 0.1, 1e-5),
        [3, 2, 4],
        [2]; no scalar
    );
    gradcheck_test!(
        group_norm,
        |x, w, b| x.group_norm(2, Some(w), Some(b), 1e-5),
        [3, 4, 2],
        [4],
        [4]; no scalar
    );

    #[test]
    fn second_derivatives_agree_with_differences() {
        let forms: [fn(&Tensor) -> Tensor; 3] = [
            |x| x.batch_norm(None, None, None, true, 0.1, 0.1),
            |x| x.group_norm(1, None, None, 0.1),
            |x| {
                let s = Tensor::ones([2]).double();
                x.batch_norm(Some((&s, &s)), None, None, false, 0.1, 0.1)
            },
        ];
        for norm in forms {
            let f = |x: &Tensor| (norm(x) * x.square()).sum();
            let at = |d: f64| Tensor::with_dtype([[0.3 + d, -0.2], [0.9, 0.4]], DType::F64);
            let first = |x: &Tensor| grad(f)(x).i((1, 0));
            let (exact, h) = (grad(first)(&at(0.0)).i((0, 0)).item(), 1e-6);
            let quotient = (first(&at(h)).item() - first(&at(-h)).item()) / (2.0 * h);
            assert!((exact - quotient).abs() < 1e-7, "{exact} {quotient}");
        }
    }

    #[test]
    fn nothing_stays_nothing_and_teaches_nothing() {
        let (mean, var) = (Tensor::zeros([3]), Tensor::ones([3]));
        let x = Tensor::zeros([0, 3]);
        let y = x.batch_norm(Some((&mean, &var)), None, None, true, 0.1, 1e-5);
        assert_eq!((y, mean), (x, Tensor::zeros([3])));
        let x = Tensor::zeros([2, 4, 0]);
        assert_eq!(x.group_norm(2, None, None, 1e-5), x);
    }

    #[test]
    #[should_panic(expected = "batch_norm: input [1, 3] has a single value for each channel")]
    fn one_example_has_no_variance() {
        let _ = Tensor::zeros([1, 3]).batch_norm(None, None, None, true, 0.1, 1e-5);
    }

    #[test]
    #[should_panic(expected = "group_norm: 6 channels cannot be divided into 4 groups")]
    fn groups_are_of_one_size() {
        let _ = Tensor::zeros([2, 6]).group_norm(4, None, None, 1e-5);
    }
}
