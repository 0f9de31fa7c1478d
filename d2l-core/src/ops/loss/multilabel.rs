//! Losses of examples that belong to several classes.
use super::together;
use crate::{
    Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::{Dims, broadcast, float},
};

options! {
    /// `Σ max(0, 1 - x[j] + x[i]) / classes` over the classes `j` of the example and all `i` that are
    /// none of them (PyTorch's `nn.MultiLabelMarginLoss`).
    MultiLabelMarginLoss {
        /// What becomes of the losses of the examples (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

options! {
    /// The mean over the classes of [`crate::BCEWithLogitsLoss`] (PyTorch's
    /// `nn.MultiLabelSoftMarginLoss`).
    MultiLabelSoftMarginLoss {
        /// A factor for each class, which broadcasts.
        weight: &Tensor,
        /// What becomes of the losses of the examples (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl MultiLabelMarginLoss {
    /// The loss of the scores `x [n, classes]` (or `[classes]`) where the class numbers in the rows
    /// of `labels`, up to the first -1, are right.
    ///
    /// # Panics
    /// If shapes differ, labels are not integers, or a label is no class.
    ///
    /// ```
    /// use d2l_core::{MultiLabelMarginLoss, Tensor};
    /// let (x, labels) = (Tensor::from([0.1, 0.2, 0.4, 0.8]), Tensor::from([3, 0, -1, 1]));
    /// let loss = MultiLabelMarginLoss::new().forward(&x, &labels);
    /// assert!((loss.item() - 0.85).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, labels: &Tensor) -> Tensor {
        ok!(self.compute(x, labels))
    }

    fn compute(&self, x: &Tensor, labels: &Tensor) -> Result<Tensor> {
        const OP: &str = "multilabel_margin_loss";
        let classes = own_classes(OP, x, labels)?;
        let n = x.shape().last().copied().unwrap_or(1);
        let x = x.contiguous();
        let losses = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), Dims::new(&[classes.len()]), |out| {
            let x = x.read::<T>();
            for ((row, own), out) in x.chunks_exact(n).zip(&classes).zip(out) {
                let sum = violations(row, own).map(|(i, j)| 1.0 - row[j] + row[i]).sum::<T>();
                *out = sum / n as T;
            }
        }));
        let shape = *x.dims();
        let saved = x.saved(OP);
        let losses = losses.record(OP, [&x], move |g, cx| {
            let gx = gradient(&saved, &classes, g);
            cx.once(g, [Some(gx)])
        });
        Ok(match self.reduction {
            Reduction::None if shape.len() < 2 => losses.squeeze(0),
            reduction => reduction.of(&losses),
        })
    }
}

/// The classes of each example.
fn own_classes(op: &'static str, x: &Tensor, labels: &Tensor) -> Result<Vec<Vec<usize>>> {
    x.check_float(op)?;
    if x.shape() != labels.shape() || x.dim() > 2 || x.shape().last() == Some(&0) {
        bail!(
            op,
            Shape,
            "scores {:?} and labels {:?} do not fit",
            x.shape(),
            labels.shape()
        );
    }
    if labels.dtype().is_float() {
        bail!(
            op,
            DType,
            "labels are class numbers (i64), not {}",
            labels.dtype()
        );
    }
    let n = x.shape().last().copied().unwrap_or(1);
    let labels = labels.detach().long().contiguous();
    let labels = labels.read::<i64>();
    if let Some(bad) = labels.iter().find(|l| !(-1..n as i64).contains(*l)) {
        bail!(
            op,
            Index,
            "label {bad} is not one of the {n} classes 0..{n}"
        );
    }
    let own = |row: &[i64]| {
        row.iter()
            .take_while(|l| **l >= 0)
            .map(|&l| l as usize)
            .collect()
    };
    Ok(labels.chunks_exact(n).map(own).collect())
}

/// The pairs `(i, j)` of a class that is not the example's and one that is, too little ahead.
fn violations<'a, T: crate::kernel::math::Num>(
    row: &'a [T],
    own: &'a [usize],
) -> impl Iterator<Item = (usize, usize)> + 'a {
    let others = (0..row.len()).filter(|i| !own.contains(i));
    let pairs = others.flat_map(|i| own.iter().map(move |&j| (i, j)));
    pairs.filter(|&(i, j)| T::ONE.minus(row[j]).plus(row[i]) > T::ZERO)
}

fn gradient(x: &Tensor, classes: &[Vec<usize>], g: &Tensor) -> Tensor {
    let n = x.shape().last().copied().unwrap_or(1);
    let g = g.contiguous_raw();
    float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |out| {
        let (x, g) = (x.read::<T>(), g.read::<T>());
        out.fill(0.0);
        let rows = x.chunks_exact(n).zip(out.chunks_exact_mut(n));
        for (((row, out), own), g) in rows.zip(classes).zip(&*g) {
            for (i, j) in violations(row, own) {
                out[i] += g / n as T;
                out[j] -= g / n as T;
            }
        }
    }))
}

impl MultiLabelSoftMarginLoss {
    /// The loss of the scores `x [.., classes]` where the targets `y`, 0 or 1, are right.
    ///
    /// # Panics
    /// If the shapes do not broadcast, or for integers.
    ///
    /// ```
    /// use d2l_core::{MultiLabelSoftMarginLoss, Tensor};
    /// let (x, y) = (Tensor::from([[0.0, 200.0]]), Tensor::from([[1.0, 1.0]]));
    /// let loss = MultiLabelSoftMarginLoss::new().forward(&x, &y);
    /// assert!((loss.item() - 2f64.ln() / 2.0).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(&self, x: &Tensor, y: &Tensor) -> Tensor {
        ok!(self.compute(x, y))
    }

    fn compute(&self, x: &Tensor, y: &Tensor) -> Result<Tensor> {
        const OP: &str = "multilabel_soft_margin_loss";
        let [x, y] = together(OP, [x, y])?;
        let losses = -(&y * x.logsigmoid() + (1.0 - &y) * (-&x).logsigmoid());
        let losses = match &self.weight {
            Some(w) => {
                broadcast(OP, losses.dims(), w.dims())?;
                losses * w
            }
            None => losses,
        };
        Ok(self.reduction.of(&losses.mean_dim(-1)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        multilabel_margin_loss,
        |x| {
            let labels = Tensor::from([[2, 0, -1, 1], [-1, 0, 0, 0], [3, 3, -1, -1]]);
            MultiLabelMarginLoss::new()
                .reduction(Reduction::None)
                .forward(x, &labels)
        },
        [3, 4]; no empty, scalar, second
    );
    gradcheck_test!(
        multilabel_soft_margin_loss,
        |x, y, w| {
            let loss = MultiLabelSoftMarginLoss::new().weight(w);
            loss.reduction(Reduction::Sum).forward(x, y)
        },
        [3, 4],
        [3, 4],
        [4]
    );
}
