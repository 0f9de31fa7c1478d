//! Covariances and correlations of the rows of a matrix.
use crate::{
    Tensor,
    error::{Result, bail, ok},
};

impl Tensor {
    /// The covariances of variables, whose observations are the rows of this matrix:
    /// `Σ_k (x[i,k] - mean[i]) (x[j,k] - mean[j]) / (n - 1)`, as a matrix. A vector is one variable, and
    /// gives its variance as a number.
    ///
    /// # Panics
    /// For more than two axes or bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]]);
    /// assert_eq!(x.cov(), Tensor::from([[1.0, -1.0], [-1.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn cov(&self) -> Tensor {
        self.cov_with(1, None, None)
    }

    /// [`Tensor::cov`] with another correction than 1, and weights of the observations: `frequencies`
    /// (integers) say how often each was made, `importance` (floats) how much it counts.
    ///
    /// # Panics
    /// As [`Tensor::cov`], or if weights do not fit the observations, are negative or sum to 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([0.0, 2.0]);
    /// assert_eq!(x.cov_with(0, None, None).item(), 1.0);
    /// let twice = x.cov_with(1, &Tensor::from([2, 2]), None);
    /// assert_eq!(twice, Tensor::from([0.0, 0.0, 2.0, 2.0]).cov());
    /// ```
    #[track_caller]
    pub fn cov_with<'a>(
        &self,
        correction: i64,
        frequencies: impl Into<Option<&'a Tensor>>,
        importance: impl Into<Option<&'a Tensor>>,
    ) -> Tensor {
        ok!(cov(self, correction, frequencies.into(), importance.into()))
    }

    /// Pearson's correlation coefficients of variables, whose observations are the rows of this
    /// matrix: the covariances divided by both standard deviations. Of a vector it is 1.
    ///
    /// # Panics
    /// For more than two axes or bools.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[0.0, 1.0, 2.0], [4.0, 2.0, 0.0]]);
    /// assert_eq!(x.corrcoef(), Tensor::from([[1.0, -1.0], [-1.0, 1.0]]));
    /// ```
    #[track_caller]
    #[expect(clippy::eq_op, reason = "NaN without variance, else 1")]
    pub fn corrcoef(&self) -> Tensor {
        let c = ok!(cov(self, 1, None, None));
        if c.dim() == 0 {
            return &c / &c;
        }
        let n = c.size(0);
        let deviation = c.take(&(Tensor::arange(n) * (n + 1))).sqrt();
        (c / deviation.unsqueeze(1) / deviation).clamp(-1, 1)
    }
}

fn cov(
    x: &Tensor,
    correction: i64,
    frequencies: Option<&Tensor>,
    importance: Option<&Tensor>,
) -> Result<Tensor> {
    const OP: &str = "cov";
    if x.dim() > 2 || x.dtype() == crate::DType::Bool {
        bail!(
            OP,
            Shape,
            "needs a matrix or vector of numbers, not {} {:?}",
            x.dtype(),
            x.shape()
        );
    }
    let x = x.as_float();
    let x = if x.dim() < 2 { x.reshape([1, -1]) } else { x };
    check_weights(&x, frequencies, importance)?;
    let weights = match (frequencies, importance) {
        (Some(f), Some(i)) => Some(f * i),
        (f, i) => f.or(i).cloned(),
    };
    let (sum, weighted) = match &weights {
        Some(w) => (w.sum().to_dtype(x.dtype()), &x * w),
        None => (
            Tensor::full([0; 0], x.size(1) as f64).to_dtype(x.dtype()),
            x.clone(),
        ),
    };
    if weights.is_some() && sum.item() == 0.0 {
        bail!(OP, Value, "the weights sum to 0");
    }
    let apart = &x - (weighted.sum_dim(1) / &sum).unsqueeze(1);
    let norm = match (&weights, importance) {
        (Some(w), Some(i)) => &sum - (w * i).sum() * correction / &sum,
        _ => &sum - correction,
    };
    let norm = norm.clamp_min(0.0);
    let weighted = weights.map_or(apart.clone(), |w| &apart * w);
    let c = apart.matmul(&weighted.t()) / norm;
    // A single variable gives a number.
    Ok(if x.size(0) == 1 { c.reshape([0; 0]) } else { c })
}

fn check_weights(
    x: &Tensor,
    frequencies: Option<&Tensor>,
    importance: Option<&Tensor>,
) -> Result<()> {
    const OP: &str = "cov";
    for (w, name, floats) in [
        (frequencies, "frequencies", false),
        (importance, "importance", true),
    ] {
        let Some(w) = w else { continue };
        if w.dtype().is_float() != floats || w.dtype() == crate::DType::Bool {
            let kind = if floats { "floats" } else { "integers" };
            bail!(OP, DType, "{name} are {kind}, not {}", w.dtype());
        }
        if w.dim() > 1 || w.numel() != x.size(1) {
            bail!(
                OP,
                Shape,
                "{name} {:?} do not fit {} observations",
                w.shape(),
                x.size(1)
            );
        }
        if w.lt(0).any() {
            bail!(OP, Value, "{name} are not negative");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(cov, |x| x.cov(), [3, 4]; no scalar);
    gradcheck_test!(cov_of_one, |x| x.cov_with(0, None, None), [4]);
    gradcheck_test!(
        weighted,
        |x, w| x.cov_with(1, &Tensor::from([1, 2, 1, 3]), &w.abs()),
        [3, 4],
        [4]; no empty, scalar
    );
    gradcheck_test!(corrcoef, |x| x.corrcoef(), [3, 4]; no scalar);

    #[test]
    #[should_panic(expected = "cov: frequencies are integers, not f32")]
    fn frequencies_are_integers() {
        let _ = Tensor::zeros([3]).cov_with(1, &Tensor::ones([3]), None);
    }

    #[test]
    #[should_panic(expected = "cov: importance are not negative")]
    fn negative_weights_are_refused() {
        let _ = Tensor::zeros([2]).cov_with(1, None, &Tensor::from([1.0, -1.0]));
    }
}
