//! The loss of classification.
use super::targets::{Targets, check_weight, rows};
use crate::{
    Reduction, Tensor,
    autograd::is_recording,
    error::{Result, bail, ok},
    kernel::{reduce, softmax as kernel},
    options::options,
    tensor::{Dims, float},
};

const OP: &str = "cross_entropy";

options! {
    /// `-ln softmax(x)[label]` (PyTorch's `nn.CrossEntropyLoss`, book 4.1). Scores are unnormalised:
    /// no softmax before it.
    CrossEntropyLoss {
        /// A factor for each class `[classes]`; a mean is divided by the sum of the factors.
        weight: &Tensor,
        /// Examples with this label do not count (-100).
        ignore_index: i64 = -100,
        /// The part of every target that is spread over all classes (0).
        label_smoothing: f64 = 0.0,
        /// What becomes of the losses of the examples (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl CrossEntropyLoss {
    /// The loss of the scores `x [n, classes]` (or `[classes]`, or `[n, classes, d1, ..]`) where the
    /// classes `labels [n]` (`[]`, `[n, d1, ..]`), integers, are right. Floats of the shape of `x`
    /// are probabilities of the classes instead. A mean over no example is NaN.
    ///
    /// # Panics
    /// If shapes do not fit, a label is no class, a class is to be ignored although labels are
    /// probabilities, or the smoothing is outside of 0 to 1.
    ///
    /// ```
    /// use d2l_core::{CrossEntropyLoss, Tensor};
    /// let (x, labels) = (Tensor::zeros([2, 4]), Tensor::from([3, -1]));
    /// let loss = CrossEntropyLoss::new().ignore_index(-1).label_smoothing(0.1);
    /// assert!((loss.forward(&x, &labels).item() - 4f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, labels: &Tensor) -> Tensor {
        ok!(self.try_forward(x, labels))
    }

    /// [`CrossEntropyLoss::forward`] as a `Result`.
    ///
    /// # Errors
    /// As the panics of [`CrossEntropyLoss::forward`].
    pub fn try_forward(&self, x: &Tensor, labels: &Tensor) -> Result<Tensor> {
        if !(0.0..=1.0).contains(&self.label_smoothing) {
            bail!(
                OP,
                Value,
                "a label smoothing of {} is not between 0 and 1",
                self.label_smoothing
            );
        }
        if labels.dtype().is_float() && labels.shape() == x.shape() && x.dim() > 0 {
            return self.of_probabilities(x, labels);
        }
        let scores = rows(OP, x, labels)?;
        let n = scores.shape()[1];
        let weight = self.weight.as_ref();
        let targets = Targets::new(OP, labels, n, weight, self.ignore_index, x.dtype())?;
        Ok(if self.label_smoothing > 0.0 {
            self.smoothed(&scores, &targets, labels.shape())
        } else {
            fused(&scores, targets, self.reduction, *labels.dims())
        })
    }

    fn of_probabilities(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        x.check_float(OP)?;
        if self.ignore_index >= 0 {
            bail!(
                OP,
                Value,
                "with probabilities as labels there is no class {} to ignore",
                self.ignore_index
            );
        }
        let axis = usize::from(x.dim() != 1);
        let n = x.shape()[axis];
        check_weight(OP, self.weight.as_ref(), n)?;
        let y = y.to_dtype(x.dtype()) * (1.0 - self.label_smoothing);
        let y = y + self.label_smoothing / n as f64;
        let terms = x.log_softmax(axis as isize) * y;
        let terms = match &self.weight {
            Some(w) => terms * (axis + 1..x.dim()).fold(w.detach(), |w, _| w.unsqueeze(-1)),
            None => terms,
        };
        let losses = -terms.sum_dim(axis);
        Ok(self.reduction.of(&losses))
    }

    fn smoothed(&self, scores: &Tensor, targets: &Targets, shape: &[usize]) -> Tensor {
        let (n, smooth) = (scores.shape()[1] as f64, self.label_smoothing);
        let logs = scores.log_softmax(1);
        let own = logs.gather(1, &targets.labels.unsqueeze(1)).squeeze(1);
        let own = targets.weights.as_ref().map_or(own.clone(), |w| own * w);
        let all = match &self.weight {
            Some(w) => (logs * w.detach()).sum_dim(1),
            None => logs.sum_dim(1),
        };
        let losses = -(own * (1.0 - smooth) + all * (smooth / n));
        let unweighted = Targets {
            labels: targets.labels.clone(),
            weights: None,
            kept: targets.kept.clone(),
            total: targets.total,
        };
        unweighted.reduce(&losses, self.reduction, shape)
    }
}

impl Tensor {
    /// Mean over the examples of `-ln softmax(x)[label]`: [`CrossEntropyLoss`] with its defaults.
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
        CrossEntropyLoss::new().forward(self, labels)
    }
}

/// The loss without smoothing, in one pass over the scores.
fn fused(x: &Tensor, targets: Targets, reduction: Reduction, shape: Dims) -> Tensor {
    let (examples, n) = (x.shape()[0], x.shape()[1]);
    let (losses, lse) = float!(x.dtype(), T => {
        let mut lse = vec![0 as T; examples];
        let losses = Tensor::build::<T>(x.dtype(), Dims::new(&[examples]), |losses| {
            kernel::cross_entropy_forward(&x.read::<T>(), &targets.labels.read::<i64>(), n, losses, &mut lse);
        });
        (losses, Tensor::from_vec::<T>(lse, examples).to_dtype(x.dtype()))
    });
    let losses = targets.weigh(&losses);
    let divisor = targets.divisor(reduction);
    let value = match reduction {
        Reduction::None => losses.reshape(shape),
        _ => float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), Dims::new(&[]), |out| {
            out[0] = reduce::sum(&losses.read::<T>()) / divisor as T;
        })),
    };
    let saved = x.saved(OP);
    value.record(OP, [x], move |g, _| {
        let each = (g / divisor).reshape(-1).expand([examples]);
        [Some(gradient(
            &saved,
            &targets,
            &targets.weigh(&each),
            &lse,
        ))]
    })
}

/// `(softmax(x) - one_hot(label)) · g` for every example.
fn gradient(x: &Tensor, targets: &Targets, g: &Tensor, lse: &Tensor) -> Tensor {
    let n = x.shape()[1];
    if is_recording(&[g, x]) {
        let chosen = targets.labels.reshape([-1, 1]).eq(Tensor::arange(n));
        return (x.softmax(-1) - chosen.to_dtype(x.dtype())) * g.unsqueeze(1);
    }
    let g = g.contiguous_raw();
    float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        kernel::cross_entropy_backward(&x.read::<T>(), &targets.labels.read::<i64>(), &lse.read::<T>(), &g.read::<T>(), n, out);
    }))
}

#[cfg(test)]
mod tests {
    use super::CrossEntropyLoss;
    use crate::{Reduction, Tensor, testing::gradcheck_test};
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
    gradcheck_test!(
        all_options,
        |x| {
            let loss = CrossEntropyLoss::new().weight(&Tensor::from([1.0, 2.0, 0.5, 1.0]));
            let loss = loss
                .ignore_index(0)
                .label_smoothing(0.2)
                .reduction(Reduction::None);
            loss.forward(x, &Tensor::from([2, 0, 3]))
        },
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        probabilities,
        |x, y| CrossEntropyLoss::new().label_smoothing(0.1).forward(x, y),
        [3, 4],
        [3, 4]; no scalar
    );

    #[test]
    fn large_scores_do_not_overflow() {
        let x = Tensor::from([[1e4, 0.0], [0.0, 1e4]]);
        assert_eq!(x.cross_entropy(&Tensor::from([0, 1])).item(), 0.0);
    }

    #[test]
    fn second_derivatives_agree_with_differences() {
        let (labels, h) = (Tensor::from([1]), 1e-6);
        let f = |x: &Tensor| x.cross_entropy(&labels);
        let at = |d: f64| Tensor::with_dtype([[0.3 + d, -0.2, 0.9]], crate::DType::F64);
        let first = |x: &Tensor| crate::grad(f)(x).i((0, 1));
        let exact = crate::grad(first)(&at(0.0)).i((0, 0)).item();
        let quotient = (first(&at(h)).item() - first(&at(-h)).item()) / (2.0 * h);
        assert!((exact - quotient).abs() < 1e-8);
    }

    #[test]
    fn mistakes_are_named() {
        let x = Tensor::zeros([2, 3]);
        let e = |l: Tensor| {
            CrossEntropyLoss::new()
                .try_forward(&x, &l)
                .unwrap_err()
                .to_string()
        };
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
