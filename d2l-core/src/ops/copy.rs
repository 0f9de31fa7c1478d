//! Deep copies.
use crate::Tensor;

impl Tensor {
    /// New data with the same values, row-major; PyTorch's `clone`. Gradients flow through.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::zeros([2]);
    /// let (handle, copy) = (x.clone(), x.copy());
    /// x.fill_(1.0);
    /// assert_eq!((handle, copy), (Tensor::ones([2]), Tensor::zeros([2])));
    /// ```
    pub fn copy(&self) -> Tensor {
        self.raw_copy()
            .record("copy", [self], |g, _| [Some(g.clone())])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(copy, |x| x.copy() * 2.0, [3, 4]);
}
