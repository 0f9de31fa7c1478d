//! Normalisation of the last axes of every example by itself.
use super::{check_parameters, gradients, parameter};
use crate::{
    IntoShape, Tensor,
    autograd::is_recording,
    error::{Result, bail, ok},
    kernel::norm::{self as kernel, Rows},
    tensor::{Dims, float, sizes},
};

impl Tensor {
    /// `(x - mean) / √(var + eps) · weight + bias` with mean and variance over the last axes, which
    /// have the sizes `shape` (PyTorch's `nn.functional.layer_norm`, there with 1e-5; book 11.7).
    ///
    /// # Panics
    /// If the last axes or the parameters have other sizes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 2.0], [2.0, 3.0]]);
    /// assert_eq!(x.layer_norm(2, None, None, 0.0), Tensor::from([[-1.0, 1.0], [-1.0, 1.0]]));
    /// ```
    #[track_caller]
    pub fn layer_norm(
        &self,
        shape: impl IntoShape,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Tensor {
        ok!(self.try_layer_norm(shape, weight, bias, eps))
    }

    /// [`Tensor::layer_norm`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::layer_norm`].
    pub fn try_layer_norm(
        &self,
        shape: impl IntoShape,
        weight: Option<&Tensor>,
        bias: Option<&Tensor>,
        eps: f64,
    ) -> Result<Tensor> {
        let shape = sizes("layer_norm", &shape)?;
        by_rows("layer_norm", self, shape, [weight, bias], true, eps)
    }

    /// `x / √(mean(x²) + eps) · weight` with the mean over the last axes, which have the sizes
    /// `shape` (PyTorch's `nn.functional.rms_norm`); without `eps` the spacing of floats at 1.
    ///
    /// # Panics
    /// If the last axes or the weight have other sizes.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([[1.0, 7.0]]);
    /// assert_eq!(x.rms_norm(2, None, Some(0.0)), Tensor::from([[0.2, 1.4]]));
    /// ```
    #[track_caller]
    pub fn rms_norm(
        &self,
        shape: impl IntoShape,
        weight: Option<&Tensor>,
        eps: Option<f64>,
    ) -> Tensor {
        ok!(self.try_rms_norm(shape, weight, eps))
    }

    /// [`Tensor::rms_norm`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`Tensor::rms_norm`].
    pub fn try_rms_norm(
        &self,
        shape: impl IntoShape,
        weight: Option<&Tensor>,
        eps: Option<f64>,
    ) -> Result<Tensor> {
        let shape = sizes("rms_norm", &shape)?;
        let spacing = match self.dtype() {
            crate::DType::F64 => f64::EPSILON,
            _ => f64::from(f32::EPSILON),
        };
        let eps = eps.unwrap_or(spacing);
        by_rows("rms_norm", self, shape, [weight, None], false, eps)
    }
}

fn by_rows(
    op: &'static str,
    x: &Tensor,
    shape: Dims,
    [weight, bias]: [Option<&Tensor>; 2],
    centre: bool,
    eps: f64,
) -> Result<Tensor> {
    if shape.is_empty() || !x.shape().ends_with(&shape) {
        bail!(
            op,
            Shape,
            "input {:?} does not end with the sizes {shape:?}",
            x.shape()
        );
    }
    check_parameters(op, x, &shape, &[("weight", weight), ("bias", bias)])?;
    let (x, n) = (x.contiguous(), shape.numel());
    let w = parameter(weight, 1.0, shape, &x);
    let b = parameter(bias, 0.0, shape, &x);
    let (y, mean, scale) = forward(&x, &w, &b, centre, eps);
    let (p, q) = (x.saved(op), w.saved(op));
    Ok(y.record(op, [&x, &w, &b], move |g, _| {
        let own = *p.dims();
        if is_recording(&[g, &p, &q]) {
            let rows = |t: &Tensor| t.reshape([t.numel() / n.max(1), n]);
            let [gx, gw, gb] = gradients(&rows(g), &rows(&p), &rows(&q), &[1], centre, eps);
            return [
                Some(gx.reshape(own)),
                Some(gw.reshape(shape)),
                Some(gb.reshape(shape)),
            ];
        }
        let [gx, gw, gb] = backward(g, &p, &q, [&mean, &scale], centre, shape);
        [Some(gx), Some(gw), Some(gb)]
    }))
}

/// The result, and mean and scale of every row.
fn forward(x: &Tensor, w: &Tensor, b: &Tensor, centre: bool, eps: f64) -> (Tensor, Tensor, Tensor) {
    let (shape, rows) = (*x.dims(), Dims::new(&[x.numel() / w.numel().max(1)]));
    float!(x.dtype(), T => {
        let (x, w, b, dtype) = (x.read::<T>(), w.read::<T>(), b.read::<T>(), x.dtype());
        let by = Rows { weight: &w, bias: &b, centre, eps: eps as T };
        let (mut mean, mut scale) = (vec![0 as T; rows[0]], vec![0 as T; rows[0]]);
        let y = Tensor::build::<T>(dtype, shape, |y| kernel::forward(&x, by, y, &mut mean, &mut scale));
        (y, Tensor::from_vec(mean, rows), Tensor::from_vec(scale, rows))
    })
}

fn backward(
    g: &Tensor,
    x: &Tensor,
    w: &Tensor,
    [mean, scale]: [&Tensor; 2],
    centre: bool,
    shape: Dims,
) -> [Tensor; 3] {
    let (g, n) = (g.contiguous_raw(), w.numel());
    float!(x.dtype(), T => {
        let (w, mean, scale) = (w.read::<T>(), mean.read::<T>(), scale.read::<T>());
        let by = Rows { weight: &w, bias: &w, centre, eps: 0.0 };
        let mut sums = vec![0 as T; 2 * n];
        let gx = Tensor::build::<T>(x.dtype(), *x.dims(), |gx| {
            kernel::backward(&g.read::<T>(), &x.read::<T>(), by, [&mean, &scale], gx, &mut sums);
        });
        let gb = sums.split_off(n);
        [gx, Tensor::from_vec(sums, shape), Tensor::from_vec(gb, shape)]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        layer_norm,
        |x, w, b| x.layer_norm(4, Some(w), Some(b), 1e-5),
        [3, 4],
        [4],
        [4]; no empty, scalar
    );
    gradcheck_test!(
        several_axes,
        |x, w| x.layer_norm([3, 2], Some(w), None, 0.1),
        [2, 3, 2],
        [3, 2]; no empty, scalar
    );
    gradcheck_test!(rms_norm, |x, w| x.rms_norm(4, Some(w), None), [3, 4], [4]; no empty, scalar);

    #[test]
    fn second_derivatives_agree_with_differences() {
        let f = |x: &Tensor| (x.layer_norm(3, None, None, 0.1) * x.square()).sum();
        let at = |d: f64| Tensor::with_dtype([0.3 + d, -0.2, 0.9], crate::DType::F64);
        let first = |x: &Tensor| crate::grad(f)(x).i(1);
        let (exact, h) = (crate::grad(first)(&at(0.0)).i(0).item(), 1e-6);
        let quotient = (first(&at(h)).item() - first(&at(-h)).item()) / (2.0 * h);
        assert!((exact - quotient).abs() < 1e-8, "{exact} {quotient}");
    }

    #[test]
    #[should_panic(expected = "layer_norm: input [2, 3] does not end with the sizes [2]")]
    fn the_last_axes_must_fit() {
        let _ = Tensor::zeros([2, 3]).layer_norm(2, None, None, 1e-5);
    }
}
