//! Losses of equal shapes element by element, in one pass forward and one backward.
use crate::{
    __private::{Argument, Formula, apply, apply_sum},
    Reduction, Tensor,
    error::{Result, bail},
    no_grad,
};

/// The loss that is a formula of the prediction, the label and numbers: each, or their sum or mean in one
/// pass.
pub(crate) fn formula_loss<F: Formula<N, 1>, const N: usize>(
    reduction: Reduction,
    x: &Tensor,
    y: &Tensor,
    numbers: &[f64],
) -> Result<Tensor> {
    check(F::NAME, x, y)?;
    let argument = |k: usize| match k {
        0 => Argument::Tensor(x),
        1 => Argument::Tensor(y),
        k => Argument::Number(numbers[k - 2]),
    };
    let arguments: [Argument<'_>; N] = std::array::from_fn(argument);
    Ok(match reduction {
        Reduction::None => {
            let [losses] = apply::<F, N, 1>(arguments);
            losses
        }
        Reduction::Sum => apply_sum::<F, N>(arguments, false, false),
        Reduction::Mean => apply_sum::<F, N>(arguments, true, false),
    })
}

/// [`formula_loss`] with a gradient of its own: `gradient(side, g, x, y)` is that of the prediction (side
/// 0) or of the label (1), from `g`, that of each loss.
pub(crate) fn loss_with_gradient<F: Formula<2, 1>>(
    reduction: Reduction,
    x: &Tensor,
    y: &Tensor,
    gradient: fn(usize, &Tensor, &Tensor, &Tensor) -> Tensor,
) -> Result<Tensor> {
    let out = no_grad(|| formula_loss::<F, 2>(reduction, x, y, &[]))?;
    let n = reduction.divisor(x.numel());
    let (p, q) = (x.saved(F::NAME), y.saved(F::NAME));
    Ok(out.record(F::NAME, [x, y], move |g, cx| {
        let g = if n == 1.0 { g.clone() } else { g / n };
        [0, 1].map(|side| cx.needs(side, || gradient(side, &g, &p, &q)))
    }))
}

/// Both float, of one dtype and one shape.
fn check(op: &'static str, x: &Tensor, y: &Tensor) -> Result<()> {
    if x.shape() != y.shape() {
        bail!(
            op,
            Shape,
            "prediction {:?} and label {:?} differ in shape",
            x.shape(),
            y.shape()
        );
    }
    x.check_float(op)?;
    if x.dtype() != y.dtype() {
        bail!(
            op,
            DType,
            "prediction {} and label {} differ in dtype (convert with `to_dtype`)",
            x.dtype(),
            y.dtype()
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{DType, Reduction, SmoothL1Loss, Tensor, grad, testing::gradcheck_test};
    gradcheck_test!(
        each_by_itself,
        |x, y| SmoothL1Loss::new().reduction(Reduction::None).forward(x, y),
        [3, 4],
        [3, 4]
    );

    #[test]
    fn second_derivatives_agree_with_the_kernels() {
        let y = Tensor::with_dtype(0.25, DType::F64);
        let at = |x: f64| Tensor::with_dtype(x, DType::F64);
        for f in [
            Tensor::mse_loss,
            Tensor::huber_loss,
            Tensor::binary_cross_entropy,
        ] {
            let first = |x: &Tensor| grad(|x: &Tensor| f(x, &y))(x);
            let exact = grad(|x: &Tensor| first(x))(&at(0.7)).item();
            let h = 1e-6;
            let quotient = (first(&at(0.7 + h)).item() - first(&at(0.7 - h)).item()) / (2.0 * h);
            assert!((exact - quotient).abs() < 1e-6, "{exact} {quotient}");
        }
    }
}
