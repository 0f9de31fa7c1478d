//! Connectionist temporal classification: sequences whose alignment with the labels is not known.
use crate::{
    DType, Reduction, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::{Dims, float},
};

const OP: &str = "ctc_loss";

options! {
    /// `-ln` of the probability that a sequence of labels, each repeated or not and with blanks
    /// between them, is read off (PyTorch's `nn.CTCLoss`; Graves et al. 2006). A mean divides each loss
    /// by the length of its labels first.
    ///
    /// As in PyTorch the gradient takes for granted that the inputs come from `log_softmax`.
    CTCLoss {
        /// The class that stands for no label (0).
        blank: usize = 0,
        /// Replace infinite losses, where the labels do not fit into the input, by 0 (no).
        zero_infinity: bool = false,
        /// What becomes of the losses of the examples (the mean).
        reduction: Reduction = Reduction::Mean,
    }
}

impl CTCLoss {
    /// The loss of the logarithms `x [time, n, classes]` (or `[time, classes]`). `labels` holds the
    /// class numbers, padded to `[n, longest]` or one sequence after the other; the two tensors of
    /// lengths say how much of input and labels counts for each example.
    ///
    /// # Panics
    /// If shapes do not fit, or a length or label is out of range.
    ///
    /// ```
    /// use d2l_core::{CTCLoss, Tensor};
    /// // Two steps of two equally likely classes: "1" is read off by "1 1", "1 -" and "- 1".
    /// let x = Tensor::zeros([2, 1, 2]).log_softmax(-1);
    /// let loss = CTCLoss::new().forward(&x, &Tensor::from([[1]]), &Tensor::from([2]), &Tensor::from([1]));
    /// assert!((loss.item() + 0.75f64.ln()).abs() < 1e-6);
    /// ```
    #[track_caller]
    pub fn forward(
        &self,
        x: &Tensor,
        labels: &Tensor,
        input_lengths: &Tensor,
        label_lengths: &Tensor,
    ) -> Tensor {
        ok!(self.compute(x, labels, input_lengths, label_lengths))
    }

    fn compute(
        &self,
        x: &Tensor,
        labels: &Tensor,
        input_lengths: &Tensor,
        label_lengths: &Tensor,
    ) -> Result<Tensor> {
        x.check_float(OP)?;
        if !(2..=3).contains(&x.dim()) {
            bail!(
                OP,
                Shape,
                "the input is [time, n, classes], not {:?}",
                x.shape()
            );
        }
        let batch = x.dim() == 3;
        let x = if batch { x.clone() } else { x.unsqueeze(1) };
        let sequences = self.sequences(&x, labels, input_lengths, label_lengths)?;
        let lengths: Vec<f64> = sequences
            .iter()
            .map(|s| s.labels.len().max(1) as f64)
            .collect();
        let losses = self.losses(&x, sequences);
        Ok(match self.reduction {
            Reduction::Mean => {
                let lengths = Tensor::from_vec::<f64>(lengths, losses.numel());
                (losses / lengths.to_dtype(x.dtype())).mean()
            }
            Reduction::None if !batch => losses.squeeze(0),
            reduction => reduction.of(&losses),
        })
    }

    fn losses(&self, x: &Tensor, sequences: Vec<Sequence>) -> Tensor {
        let (blank, forgive) = (self.blank, self.zero_infinity);
        let grid = Grid::new(x);
        let losses: Vec<f64> = (sequences.iter().enumerate())
            .map(|(b, s)| -likelihood(&s.ahead(&grid, b, blank), s.time))
            .map(|loss| {
                if forgive && loss.is_infinite() {
                    0.0
                } else {
                    loss
                }
            })
            .collect();
        let n = losses.len();
        let losses = Tensor::from_vec::<f64>(losses, n).to_dtype(x.dtype());
        let saved = x.saved(OP);
        losses.record(OP, [x], move |g, cx| {
            let gx = gradient(
                &saved,
                &sequences,
                &g.detach().double().to_vec::<f64>(),
                blank,
                forgive,
            );
            cx.once(g, [Some(gx)])
        })
    }

    fn sequences(
        &self,
        x: &Tensor,
        labels: &Tensor,
        input_lengths: &Tensor,
        label_lengths: &Tensor,
    ) -> Result<Vec<Sequence>> {
        let [time, n, classes] = [x.shape()[0], x.shape()[1], x.shape()[2]];
        if self.blank >= classes {
            bail!(
                OP,
                Index,
                "the blank {} is none of the {classes} classes",
                self.blank
            );
        }
        let times = lengths("input", input_lengths, n, time)?;
        let padded = labels.dim() == 2;
        let most = if padded {
            labels.shape()[1]
        } else {
            labels.numel()
        };
        let counts = lengths("label", label_lengths, n, most)?;
        if labels.dtype() != DType::I64 || labels.dim() > 2 || padded && labels.shape()[0] != n {
            bail!(
                OP,
                Shape,
                "labels are class numbers (i64) of {n} sequences, not {} {:?}",
                labels.dtype(),
                labels.shape()
            );
        }
        if !padded && counts.iter().sum::<usize>() > labels.numel() {
            bail!(
                OP,
                Shape,
                "{} labels are fewer than the lengths add up to",
                labels.numel()
            );
        }
        let all = labels.contiguous().to_vec::<i64>();
        if let Some(bad) = all.iter().find(|l| !(0..classes as i64).contains(*l)) {
            bail!(OP, Index, "label {bad} is none of the {classes} classes");
        }
        let starts = counts
            .iter()
            .scan(0, |at, &n| Some(std::mem::replace(at, *at + n)));
        let starts = starts
            .enumerate()
            .map(|(b, at)| if padded { b * most } else { at });
        let cut = |((start, &count), &time): ((usize, &usize), &usize)| Sequence {
            labels: all[start..start + count]
                .iter()
                .map(|&l| l as usize)
                .collect(),
            time,
        };
        Ok(starts.zip(&counts).zip(&times).map(cut).collect())
    }
}

fn lengths(what: &str, lengths: &Tensor, n: usize, most: usize) -> Result<Vec<usize>> {
    if lengths.dtype() != DType::I64 || lengths.numel() != n {
        bail!(
            OP,
            Shape,
            "{n} {what} lengths (i64) are needed, not {} {:?}",
            lengths.dtype(),
            lengths.shape()
        );
    }
    let lengths = lengths.contiguous().to_vec::<i64>();
    if let Some(bad) = lengths.iter().find(|l| !(0..=most as i64).contains(*l)) {
        bail!(OP, Value, "{what} length {bad} is not in 0..={most}");
    }
    Ok(lengths.iter().map(|&l| l as usize).collect())
}

/// The inputs as f64 `[time, n, classes]`.
struct Grid {
    values: Vec<f64>,
    n: usize,
    classes: usize,
}

impl Grid {
    fn new(x: &Tensor) -> Grid {
        Grid {
            values: x.detach().double().to_vec(),
            n: x.shape()[1],
            classes: x.shape()[2],
        }
    }

    fn at(&self, t: usize, b: usize, class: usize) -> usize {
        (t * self.n + b) * self.classes + class
    }
}

/// One example: its labels and the length of its input.
struct Sequence {
    labels: Vec<usize>,
    time: usize,
}

/// Logarithms of the probabilities of all beginnings, `states` for each step.
struct Lattice {
    states: usize,
    values: Vec<f64>,
}

/// Of all alignments together.
fn likelihood(ahead: &Lattice, time: usize) -> f64 {
    if time == 0 {
        return if ahead.states == 1 {
            0.0
        } else {
            f64::NEG_INFINITY
        };
    }
    let last = &ahead.values[(time - 1) * ahead.states..];
    ln_sum(&last[ahead.states.saturating_sub(2)..])
}

/// `ln Σ e^x`.
fn ln_sum(x: &[f64]) -> f64 {
    let max = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if max == f64::NEG_INFINITY {
        return max;
    }
    max + x.iter().map(|v| (v - max).exp()).sum::<f64>().ln()
}

impl Sequence {
    /// The class of a state: the labels with a blank before, between and after them.
    fn class(&self, state: usize, blank: usize) -> usize {
        if state % 2 == 1 {
            self.labels[state / 2]
        } else {
            blank
        }
    }

    /// Whether a state may follow the one two before it: a label that is not the same again.
    fn skips(&self, state: usize) -> bool {
        state % 2 == 1 && state > 1 && self.labels[state / 2] != self.labels[state / 2 - 1]
    }

    fn ahead(&self, grid: &Grid, b: usize, blank: usize) -> Lattice {
        let states = 2 * self.labels.len() + 1;
        let mut values = vec![f64::NEG_INFINITY; self.time * states];
        for t in 0..self.time {
            let (before, now) = values.split_at_mut(t * states);
            let before = &before[t.saturating_sub(1) * states..];
            for s in 0..states {
                let from = if t == 0 {
                    if s < 2 { 0.0 } else { f64::NEG_INFINITY }
                } else {
                    let first = s.saturating_sub(if self.skips(s) { 2 } else { 1 });
                    ln_sum(&before[first..=s])
                };
                now[s] = from + grid.values[grid.at(t, b, self.class(s, blank))];
            }
        }
        Lattice { states, values }
    }

    /// The same from the end.
    fn behind(&self, grid: &Grid, b: usize, blank: usize) -> Lattice {
        let states = 2 * self.labels.len() + 1;
        let mut values = vec![f64::NEG_INFINITY; self.time * states];
        for t in (0..self.time).rev() {
            let (now, after) = values.split_at_mut((t + 1) * states);
            for s in 0..states {
                let to = if t + 1 == self.time {
                    if s + 2 >= states {
                        0.0
                    } else {
                        f64::NEG_INFINITY
                    }
                } else {
                    let far = s + 2 < states && self.skips(s + 2);
                    let last = (s + 1 + usize::from(far)).min(states - 1);
                    ln_sum(&after[s..=last])
                };
                now[t * states + s] = to + grid.values[grid.at(t, b, self.class(s, blank))];
            }
        }
        Lattice { states, values }
    }
}

/// `e^x - Σ (probability of the states of a class)` for every step and class.
fn gradient(x: &Tensor, sequences: &[Sequence], g: &[f64], blank: usize, forgive: bool) -> Tensor {
    let grid = Grid::new(x);
    let mut out = vec![0.0; grid.values.len()];
    for ((b, s), g) in sequences.iter().enumerate().zip(g) {
        let (ahead, behind) = (s.ahead(&grid, b, blank), s.behind(&grid, b, blank));
        let total = likelihood(&ahead, s.time);
        if forgive && total == f64::NEG_INFINITY {
            continue;
        }
        for t in 0..s.time {
            for class in 0..grid.classes {
                let at = grid.at(t, b, class);
                out[at] = g * grid.values[at].exp();
            }
            for state in 0..ahead.states {
                let (at, i) = (
                    grid.at(t, b, s.class(state, blank)),
                    t * ahead.states + state,
                );
                let path = ahead.values[i] + behind.values[i] - grid.values[at] - total;
                out[at] -= g * path.exp();
            }
        }
    }
    let shape: Dims = *x.dims();
    float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), shape, |o| {
        o.iter_mut().zip(&out).for_each(|(o, &v)| *o = v as T);
    }))
}

#[cfg(test)]
mod tests {
    use super::CTCLoss;
    use crate::{Reduction, Tensor, testing::gradcheck_test};
    gradcheck_test!(
        ctc_loss,
        |x| {
            let labels = Tensor::from([[1, 1, 2], [2, 0, 0]]);
            let (times, counts) = (Tensor::from([5, 4]), Tensor::from([3, 1]));
            CTCLoss::new()
                .blank(3)
                .forward(&x.log_softmax(-1), &labels, &times, &counts)
        },
        [5, 2, 4]; no empty, scalar, second
    );

    #[test]
    fn labels_that_do_not_fit_cost_infinitely_much_or_nothing() {
        let x = Tensor::zeros([1, 1, 2]).log_softmax(-1);
        let at = |loss: CTCLoss| {
            let (labels, counts) = (Tensor::from([1, 1]), Tensor::from([2]));
            loss.reduction(Reduction::Sum)
                .forward(&x, &labels, &Tensor::from([1]), &counts)
                .item()
        };
        assert_eq!(at(CTCLoss::new()), f64::INFINITY);
        assert_eq!(at(CTCLoss::new().zero_infinity(true)), 0.0);
    }
}
