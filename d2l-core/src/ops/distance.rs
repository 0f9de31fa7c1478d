//! Distances, cosines, and vectors of length 1.
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::{axis, broadcast},
};

impl Tensor {
    /// `x / max(‖x‖ₚ, eps)` along an axis (PyTorch's `nn.functional.normalize`, there with 2, 1 and
    /// 1e-12 by default).
    ///
    /// # Panics
    /// If the axis does not exist, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[3.0, 4.0]]);
    /// assert_eq!(x.normalize(2.0, 1, 1e-12), Tensor::from([[0.6, 0.8]]));
    /// ```
    #[track_caller]
    pub fn normalize(&self, p: f64, dim: isize, eps: f64) -> Tensor {
        ok!(self.check_float("normalize"));
        let dim = ok!(axis("normalize", dim, self.dim())) as isize;
        self / self.norm_p_keepdim(p, dim).clamp_min(eps)
    }

    /// `‖x - y + eps‖ₚ` along the last axis, which disappears; shapes broadcast (PyTorch's
    /// `nn.functional.pairwise_distance`, there with 2 and 1e-6 by default).
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, y) = (Tensor::from([[3.0, 0.0]]), Tensor::from([[0.0, 4.0]]));
    /// assert_eq!(x.pairwise_distance(&y, 2.0, 0.0), Tensor::from([5.0]));
    /// ```
    #[track_caller]
    pub fn pairwise_distance(&self, y: &Tensor, p: f64, eps: f64) -> Tensor {
        ok!(self.try_pairwise_distance(y, p, eps))
    }

    /// [`Tensor::pairwise_distance`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::pairwise_distance`].
    pub fn try_pairwise_distance(&self, y: &Tensor, p: f64, eps: f64) -> Result<Tensor> {
        self.check_float("pairwise_distance")?;
        broadcast("pairwise_distance", self.dims(), y.dims())?;
        Ok((self - y + eps).norm_p_keepdim(p, -1).squeeze(-1))
    }

    /// The distances `‖x[i] - x[j]‖ₚ` of all pairs `i < j` of the rows of a matrix, in order
    /// (PyTorch's `nn.functional.pdist`, there with 2 by default). The gradient where two rows are
    /// equal is 0.
    ///
    /// # Panics
    /// If this is no matrix of floats, or `p` is negative.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[0.0, 0.0], [3.0, 4.0], [0.0, 1.0]]);
    /// assert_eq!(x.pdist(1.0), Tensor::from([7.0, 1.0, 6.0]));
    /// ```
    #[track_caller]
    pub fn pdist(&self, p: f64) -> Tensor {
        ok!(self.try_pdist(p))
    }

    fn try_pdist(&self, p: f64) -> Result<Tensor> {
        const OP: &str = "pdist";
        self.check_float(OP)?;
        if self.dim() != 2 {
            bail!(OP, Shape, "needs a matrix, not {:?}", self.shape());
        }
        if p.is_nan() || p < 0.0 {
            bail!(OP, Value, "the order {p} of the norm is negative or NaN");
        }
        let n = self.shape()[0];
        let pairs = (0..n).flat_map(|i| (i + 1..n).map(move |j| (i as i64, j as i64)));
        let (rows, others): (Vec<i64>, Vec<i64>) = pairs.unzip();
        let take = |rows: Vec<i64>| {
            let n = rows.len();
            self.index_select(0, &Tensor::from_vec(rows, n))
        };
        Ok((take(rows) - take(others)).norm_p_keepdim(p, 1).squeeze(1))
    }

    /// The cosine of the angles between vectors along an axis, which disappears; shapes broadcast.
    /// Lengths below `eps` are raised to it (PyTorch's `nn.functional.cosine_similarity`, there with
    /// 1 and 1e-8 by default).
    ///
    /// # Panics
    /// If the shapes do not broadcast or the axis does not exist, or for integers.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, y) = (Tensor::from([3.0, 0.0]), Tensor::from([2.0, 0.0]));
    /// assert_eq!(x.cosine_similarity(&y, 0, 1e-8).item(), 1.0);
    /// ```
    #[track_caller]
    pub fn cosine_similarity(&self, y: &Tensor, dim: isize, eps: f64) -> Tensor {
        ok!(self.try_cosine_similarity(y, dim, eps))
    }

    /// [`Tensor::cosine_similarity`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::cosine_similarity`].
    pub fn try_cosine_similarity(&self, y: &Tensor, dim: isize, eps: f64) -> Result<Tensor> {
        const OP: &str = "cosine_similarity";
        self.check_float(OP)?;
        let shape = broadcast(OP, self.dims(), y.dims())?;
        let dim = axis(OP, dim, shape.len())? as isize;
        let [x, y] = [self, y].map(|v| {
            let v = v.expand(shape);
            let length = v.norm_p_keepdim(2.0, dim);
            // Raised without telling backward, as in PyTorch.
            let raised = length.detach().clamp_min(eps) - length.detach();
            v / (length + raised)
        });
        Ok((x * y).sum_dim(dim))
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(normalize, |x| x.normalize(2.0, 0, 1e-12), [3, 4]);
    gradcheck_test!(normalize_by_cubes, |x| x.normalize(3.0, -1, 1e-12), [3, 4]);
    gradcheck_test!(
        pairwise_distance,
        |x, y| x.pairwise_distance(y, 1.5, 1e-6),
        [3, 4],
        [4]
    );
    gradcheck_test!(pdist, |x| x.reshape([4, 3]).pdist(2.5), [3, 4]; no empty, scalar);
    gradcheck_test!(
        cosine_similarity,
        |x, y| x.cosine_similarity(y, 1, 1e-8),
        [3, 4],
        [3, 4]; no scalar
    );

    #[test]
    fn equal_rows_have_no_gradient() {
        let x = Tensor::ones([2, 3]).requires_grad_(true);
        x.pdist(2.0).sum().backward();
        assert_eq!(x.grad().unwrap(), Tensor::zeros([2, 3]));
    }
}
