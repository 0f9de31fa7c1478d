//! Losses of equal shapes element by element, in one pass forward and one for each gradient.
use crate::{
    __private::{Argument, Formula, apply, apply_sum},
    Reduction, Tensor,
    autograd::is_recording,
    error::{Result, bail},
    kernel::pairs::{self, PairLoss},
    tensor::{Dims, float},
};

/// The derivatives once more, as operations that can be differentiated again.
pub(crate) trait Slopes: PairLoss {
    fn by_x(self, x: &Tensor, y: &Tensor) -> Tensor;
    fn by_y(self, x: &Tensor, y: &Tensor) -> Tensor {
        -self.by_x(x, y)
    }
}

/// The loss `f` of all pairs.
pub(crate) fn pair_loss<L: Slopes>(
    op: &'static str,
    f: L,
    reduction: Reduction,
    x: &Tensor,
    y: &Tensor,
) -> Result<Tensor> {
    check(op, x, y)?;
    let (x, y) = (x.contiguous(), y.contiguous());
    let n = reduction.divisor(x.numel());
    let out = value(f, reduction, n, &x, &y);
    let (p, q) = (x.saved(op), y.saved(op));
    Ok(out.record(op, [&x, &y], move |g, cx| {
        let g = if n == 1.0 { g.clone() } else { g / n };
        [0, 1].map(|side| cx.needs(side, || gradient(f, side, &g, &p, &q)))
    }))
}

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

fn value<L: PairLoss>(f: L, reduction: Reduction, n: f64, x: &Tensor, y: &Tensor) -> Tensor {
    let shape = if reduction == Reduction::None {
        *x.dims()
    } else {
        Dims::new(&[])
    };
    float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |out| {
        let (x, y) = (x.read::<T>(), y.read::<T>());
        match reduction {
            Reduction::None => pairs::each(f, &x, &y, out),
            _ => out[0] = pairs::sum(f, &x, &y) / n as T,
        }
    }))
}

fn gradient<L: Slopes>(f: L, side: usize, g: &Tensor, x: &Tensor, y: &Tensor) -> Tensor {
    if is_recording(&[g, x, y]) {
        return g * if side == 0 {
            f.by_x(x, y)
        } else {
            f.by_y(x, y)
        };
    }
    let g = g.contiguous_raw();
    float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        pairs::gradient(f, side, &g.read::<T>(), &x.read::<T>(), &y.read::<T>(), out);
    }))
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
