//! The loss of classification.
use crate::{
    DType, Tensor,
    autograd::is_recording,
    error::{Result, bail, ok},
    kernel::softmax as kernel,
    tensor::{Dims, float},
};

impl Tensor {
    /// Mean over the examples of `-ln softmax(x)[label]`; PyTorch's `nn.functional.cross_entropy`.
    /// `self` holds unnormalised scores `[n, classes]` (or `[classes]`, or `[n, classes, d1, ..]`),
    /// `labels` the classes as integers `[n]` (`[]`, `[n, d1, ..]`). NaN without examples.
    ///
    /// # Panics
    /// If shapes do not fit, labels are not integers, or a label is no class.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let loss = Tensor::from([[0.0, 0.0]]).cross_entropy(&Tensor::from([1]));
    /// assert!((loss.item() - 2f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn cross_entropy(&self, labels: &Tensor) -> Tensor {
        ok!(self.try_cross_entropy(labels))
    }

    /// [`Tensor::cross_entropy`] as a `Result`.
    ///
    /// # Errors
    /// If shapes do not fit, labels are not integers, or a label is no class.
    pub fn try_cross_entropy(&self, labels: &Tensor) -> Result<Tensor> {
        let x = rows(self, labels)?;
        let n = x.shape()[1];
        let classes = classes(labels, n)?;
        Ok(mean_loss(&x, classes))
    }
}

/// The scores as `[examples, classes]`.
fn rows(x: &Tensor, labels: &Tensor) -> Result<Tensor> {
    const OP: &str = "cross_entropy";
    x.check_float(OP)?;
    if labels.dtype().is_float() || labels.dtype() == DType::Bool {
        bail!(
            OP,
            DType,
            "labels are class numbers (i64), not {}",
            labels.dtype()
        );
    }
    let axis = usize::from(x.dim() != 1);
    let fits = x.dim() > 0 && *labels.dims() == x.dims().remove(axis);
    if !fits {
        bail!(
            OP,
            Shape,
            "scores {:?} and labels {:?} do not fit",
            x.shape(),
            labels.shape()
        );
    }
    let n = x.shape()[axis] as isize;
    Ok(match x.dim() {
        1 => x.contiguous().unsqueeze(0),
        2 => x.contiguous(),
        _ => x.unsqueeze(-1).transpose(1, -1).reshape([-1, n]),
    })
}

fn classes(labels: &Tensor, n: usize) -> Result<Tensor> {
    let labels = labels.long().contiguous();
    if let Some(bad) = labels
        .read::<i64>()
        .iter()
        .find(|l| !(0..n as i64).contains(*l))
    {
        bail!(
            "cross_entropy",
            Index,
            "label {bad} is not one of the {n} classes 0..{n}"
        );
    }
    Ok(labels)
}

fn mean_loss(x: &Tensor, labels: Tensor) -> Tensor {
    let (examples, n) = (x.shape()[0], x.shape()[1]);
    let mut lse = None;
    let loss = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), Dims::new(&[]), |out| {
        let mut losses = vec![0 as T; examples];
        lse = Some(Tensor::build::<T>(x.dtype(), Dims::new(&[examples]), |lse| {
            kernel::cross_entropy_forward(&x.read::<T>(), &labels.read::<i64>(), n, &mut losses, lse);
        }));
        out[0] = crate::kernel::reduce::sum(&losses) / examples as T;
    }));
    let (saved, lse) = (x.saved("cross_entropy"), lse.expect("set while building"));
    let labels = labels.saved("cross_entropy");
    loss.record("cross_entropy", [x], move |g, _| {
        if is_recording(&[g, &saved]) {
            let one_hot = labels.reshape([-1, 1]).eq(Tensor::arange(n)).to_dtype(saved.dtype());
            return [Some((saved.softmax(-1) - one_hot) * (g / examples))];
        }
        [Some(float!(saved.dtype(), T => Tensor::build::<T>(saved.dtype(), *saved.dims(), |out| {
            let scale = vec![g.item() as T / examples as T; examples];
            kernel::cross_entropy_backward(&saved.read::<T>(), &labels.read::<i64>(), &lse.read::<T>(), &scale, n, out);
        })))]
    })
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        cross_entropy,
        |x| x.cross_entropy(&Tensor::from([2, 0, 3])),
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(one_example, |x| x.cross_entropy(&Tensor::from(2)), [4]; no empty, scalar);
    gradcheck_test!(
        pixels,
        |x| x.cross_entropy(&Tensor::from([[0, 1, 2], [2, 1, 0]])),
        [2, 4, 3]; no empty, scalar
    );

    #[test]
    fn large_scores_do_not_overflow() {
        let x = Tensor::from([[1e4, 0.0], [0.0, 1e4]]);
        assert_eq!(x.cross_entropy(&Tensor::from([0, 1])).item(), 0.0);
    }

    #[test]
    fn mistakes_are_named() {
        let x = Tensor::zeros([2, 3]);
        let e = |l: Tensor| x.try_cross_entropy(&l).unwrap_err().to_string();
        assert_eq!(
            e(Tensor::from([0, 3])),
            "cross_entropy: label 3 is not one of the 3 classes 0..3"
        );
        assert_eq!(
            e(Tensor::from([0])),
            "cross_entropy: scores [2, 3] and labels [1] do not fit"
        );
        assert_eq!(
            e(Tensor::from([0.0, 1.0])),
            "cross_entropy: labels are class numbers (i64), not f32"
        );
    }
}
