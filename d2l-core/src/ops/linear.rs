//! The affine map of a dense layer.
use super::matmul::{product, raw_product};
use crate::{
    Tensor,
    error::{Result, bail, ok},
    tensor::Dims,
};

impl Tensor {
    /// `x wᵀ + b` over the last axis: `x [.., in]`, `w [out, in]`, `b [out]`; PyTorch's
    /// `nn.functional.linear`.
    ///
    /// # Panics
    /// If the sizes do not fit.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let (x, w, b) = (Tensor::from([[1.0, 2.0]]), Tensor::from([[3.0, 4.0]]), Tensor::from([0.5]));
    /// assert_eq!(x.linear(&w, Some(&b)), Tensor::from([[11.5]]));
    /// ```
    #[track_caller]
    pub fn linear(&self, w: &Tensor, b: Option<&Tensor>) -> Tensor {
        ok!(self.try_linear(w, b))
    }

    /// [`Tensor::linear`] as a `Result`.
    ///
    /// # Errors
    /// If sizes or dtypes do not fit.
    pub fn try_linear(&self, w: &Tensor, b: Option<&Tensor>) -> Result<Tensor> {
        if w.dim() == 1 {
            let one = self.try_linear(&w.unsqueeze(0), None)?.squeeze(-1);
            return b.map_or(Ok(one.clone()), |b| one.try_add(b));
        }
        check(self, w, b)?;
        if self.dim() == 2 {
            return Ok(affine(self, w, b));
        }
        let (last, features) = (self.dim() - 1, w.shape()[1]);
        let rows = self.shape()[..last].iter().product();
        let rows = self.reshape([rows, features]);
        Ok(affine(&rows, w, b).reshape(self.dims().with(last, w.shape()[0])))
    }
}

fn check(x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Result<()> {
    const OP: &str = "linear";
    if w.dim() != 2 || x.dim() == 0 {
        bail!(
            OP,
            Shape,
            "input {:?} and weight {:?} are not [.., in] and [out, in]",
            x.shape(),
            w.shape()
        );
    }
    let (inputs, features) = (x.size(-1), w.shape()[1]);
    if inputs != features {
        bail!(
            OP,
            Shape,
            "input {:?} and weight {:?} do not fit: {inputs} and {features} features differ",
            x.shape(),
            w.shape()
        );
    }
    if b.is_some_and(|b| b.shape() != &w.shape()[..1]) {
        bail!(
            OP,
            Shape,
            "bias {:?} and weight {:?} do not fit",
            b.map(|b| b.shape()),
            w.shape()
        );
    }
    let other = [Some(w), b]
        .into_iter()
        .flatten()
        .find(|t| t.dtype() != x.dtype());
    if let Some(t) = other {
        bail!(
            OP,
            DType,
            "the input is {}, but the parameters are {} (convert with `to_dtype`)",
            x.dtype(),
            t.dtype()
        );
    }
    if !x.dtype().is_float() {
        bail!(OP, DType, "needs a float tensor, not {}", x.dtype());
    }
    Ok(())
}

/// `x wᵀ + b` for a matrix `x`, the bias added within the product.
fn affine(x: &Tensor, w: &Tensor, b: Option<&Tensor>) -> Tensor {
    let none = Dims::new(&[]);
    let out = raw_product(x, false, w, true, b, &none);
    let (sx, sw) = (x.saved("linear"), w.saved("linear"));
    let by_x = move |g: &Tensor| product(g, false, &sw, false, &none);
    let by_w = move |g: &Tensor| product(g, true, &sx, false, &none);
    match b {
        None => out.record("linear", [x, w], move |g, cx| {
            [cx.needs(0, || by_x(g)), cx.needs(1, || by_w(g))]
        }),
        Some(b) => out.record("linear", [x, w, b], move |g, cx| {
            [
                cx.needs(0, || by_x(g)),
                cx.needs(1, || by_w(g)),
                cx.needs(2, || g.sum_rows()),
            ]
        }),
    }
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(linear, |x, w, b| x.linear(w, Some(b)), [3, 4], [2, 4], [2]; no scalar);
    gradcheck_test!(without_bias, |x, w| x.linear(w, None), [2, 3, 4], [5, 4]; no scalar);
    gradcheck_test!(one_row, |x, w| x.linear(w, None), [2, 3, 4], [4]; no scalar);
    gradcheck_test!(vector, |x, w| x.linear(w, None), [4], [5, 4]; no scalar);

    #[test]
    fn mistakes_are_named() {
        let (x, w) = (Tensor::zeros([4, 3]), Tensor::zeros([2, 5]));
        let e = x.try_linear(&w, None).unwrap_err().to_string();
        assert_eq!(
            e,
            "linear: input [4, 3] and weight [2, 5] do not fit: 3 and 5 features differ"
        );
        let e = Tensor::from([[1, 2]])
            .try_linear(&Tensor::zeros([1, 2]), None)
            .unwrap_err()
            .to_string();
        assert_eq!(
            e,
            "linear: the input is i64, but the parameters are f32 (convert with `to_dtype`)"
        );
    }
}
