//! Normalisation by the neighbouring channels.
use crate::{
    Tensor, cat,
    error::{Result, bail, ok},
};

impl Tensor {
    /// `x / (k + alpha · mean(x²))^beta` with the mean over `size` neighbouring channels (axis 1),
    /// those beyond the ends counted as 0 (PyTorch's `nn.functional.local_response_norm`, there with
    /// 1e-4, 0.75 and 1).
    ///
    /// # Panics
    /// If there is no axis behind the channels, or `size` is 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[[3.0], [4.0]]]);
    /// let y = x.local_response_norm(2, 2.0, 0.5, 0.0);
    /// assert_eq!(y, Tensor::from([[[1.0], [0.8]]]));
    /// ```
    #[track_caller]
    pub fn local_response_norm(&self, size: usize, alpha: f64, beta: f64, k: f64) -> Tensor {
        ok!(self.try_local_response_norm(size, alpha, beta, k))
    }

    /// [`Tensor::local_response_norm`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::local_response_norm`].
    pub fn try_local_response_norm(
        &self,
        size: usize,
        alpha: f64,
        beta: f64,
        k: f64,
    ) -> Result<Tensor> {
        const OP: &str = "local_response_norm";
        self.check_float(OP)?;
        if self.dim() < 3 {
            bail!(OP, Shape, "needs at least 3 axes, not {:?}", self.shape());
        }
        if size == 0 {
            bail!(OP, Value, "a neighbourhood of 0 channels is empty");
        }
        if self.numel() == 0 {
            return Ok(self.clone());
        }
        let channels = self.shape()[1];
        let edge = |n: usize| Tensor::filled(self.dims().with(1, n), 0.0, self.dtype());
        let squares = cat(&[&edge(size / 2), &self.square(), &edge((size - 1) / 2)], 1);
        let first = squares.narrow(1, 0, channels);
        let sum = (1..size).fold(first, |sum, shift| sum + squares.narrow(1, shift, channels));
        Ok(self / (sum / size * alpha + k).pow(beta))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        local_response_norm,
        |x| x.local_response_norm(3, 0.5, 0.75, 1.0),
        [2, 4, 3]; no scalar
    );
}
