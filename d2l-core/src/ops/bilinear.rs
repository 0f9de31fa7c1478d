//! The bilinear map of two inputs.
use crate::{
    Tensor, einsum,
    error::{Result, bail, ok},
};

impl Tensor {
    /// `y[o] = Σ x[i] w[o, i, j] z[j] + b[o]` over the last axes of `x`, this tensor `[.., in1]`, and `z`
    /// `[.., in2]`; `w` is `[out, in1, in2]`. PyTorch's `nn.functional.bilinear`.
    ///
    /// # Panics
    /// If the sizes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, z) = (Tensor::from([1.0, 2.0]), Tensor::from([3.0, 4.0]));
    /// let w = Tensor::from([[[1.0, 0.0], [0.0, 1.0]]]);
    /// assert_eq!(x.bilinear(&z, &w, None), Tensor::from([11.0]));
    /// ```
    #[track_caller]
    pub fn bilinear(&self, z: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Tensor {
        ok!(self.try_bilinear(z, w, b))
    }

    /// [`Tensor::bilinear`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::bilinear`].
    pub fn try_bilinear(&self, z: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
        check(self, z, w, b)?;
        let y = einsum("...i,oij,...j->...o", &[self, w, z]);
        Ok(b.map_or(y.clone(), |b| y + b))
    }
}

fn check(x: &Tensor, z: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<()> {
    const OP: &str = "bilinear";
    if w.dim() != 3 || x.dim() == 0 || x.dim() != z.dim() {
        bail!(
            OP,
            Shape,
            "inputs {:?} and {:?} and weight {:?} do not fit",
            x.shape(),
            z.shape(),
            w.shape()
        );
    }
    let front = x.dim() - 1;
    let fits = x.shape()[..front] == z.shape()[..front];
    if !fits || [x.size(-1), z.size(-1)] != w.shape()[1..] {
        bail!(
            OP,
            Shape,
            "inputs {:?} and {:?} and weight {:?} do not fit",
            x.shape(),
            z.shape(),
            w.shape()
        );
    }
    if let Some(b) = b.filter(|b| b.shape() != &w.shape()[..1]) {
        bail!(
            OP,
            Shape,
            "bias {:?} and weight {:?} do not fit",
            b.shape(),
            w.shape()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        bilinear,
        |x, z, w, b| x.bilinear(z, w, Some(b)),
        [2, 3],
        [2, 4],
        [5, 3, 4],
        [5]; no scalar);

    #[test]
    #[should_panic(expected = "bilinear: inputs [2] and [3] and weight [1, 2, 2] do not fit")]
    fn sizes_must_fit() {
        let _ = Tensor::ones([2]).bilinear(&Tensor::ones([3]), &Tensor::ones([1, 2, 2]), None);
    }
}
