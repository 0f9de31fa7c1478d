//! Values that share mean and variance, and their normalisation by the kernels.
use super::{check_parameters, gradients, parameter};
use crate::{
    Tensor,
    autograd::is_recording,
    error::{Result, bail},
    kernel::norm::runs::{self, Layout},
    no_grad,
    tensor::{Dims, float},
};

#[derive(Clone, Copy)]
pub(super) struct Parameters<'a> {
    pub(super) weight: Option<&'a Tensor>,
    pub(super) bias: Option<&'a Tensor>,
    pub(super) eps: f64,
}

impl Parameters<'_> {
    pub(super) fn check(
        &self,
        op: &'static str,
        x: &Tensor,
        running: Option<(&Tensor, &Tensor)>,
    ) -> Result<()> {
        let (mean, var) = running.unzip();
        let all = [
            ("weight", self.weight),
            ("bias", self.bias),
            ("running mean", mean),
            ("running variance", var),
        ];
        check_parameters(op, x, &x.shape()[1..2], &all)
    }
}

/// Which values share mean and variance: a set.
#[derive(Clone, Copy)]
pub(super) struct Plan {
    pub(super) layout: Layout,
    pub(super) channels: usize,
    /// Channels of an example that share; `None`: a channel shares over the batch.
    together: Option<usize>,
    /// The sizes `[n, sets, channels of a set, inner]`.
    shape: [usize; 4],
}

impl Plan {
    pub(super) fn new(op: &'static str, x: &Tensor, groups: Option<usize>) -> Result<Plan> {
        x.check_float(op)?;
        let [n, channels, ref rest @ ..] = *x.shape() else {
            bail!(op, Shape, "needs a batch and channels, not {:?}", x.shape())
        };
        let inner = rest.iter().product();
        let layout = |outer, channels| Layout {
            outer,
            channels,
            inner,
        };
        let Some(groups) = groups else {
            return Ok(Plan {
                layout: layout(n, channels),
                channels,
                together: None,
                shape: [n, channels, 1, inner],
            });
        };
        if groups == 0 && channels > 0 || groups > 0 && channels % groups > 0 {
            bail!(
                op,
                Value,
                "{channels} channels cannot be divided into {groups} groups"
            );
        }
        let each = channels / groups.max(1);
        Ok(Plan {
            layout: layout(n * channels, 1),
            channels,
            together: Some(each),
            shape: [n, groups, each, inner],
        })
    }

    /// The set of a piece or run.
    fn set(self, i: usize) -> usize {
        match self.together {
            Some(each) => i / each,
            None => i % self.channels,
        }
    }

    fn sets(self) -> usize {
        match self.together {
            Some(each) => self.layout.outer / each.max(1),
            None => self.channels,
        }
    }

    /// Elements of a set.
    fn count(self) -> f64 {
        self.shape.iter().product::<usize>() as f64 / self.sets() as f64
    }

    /// How many numbers the kernels read: one for each run, or each column.
    fn runs(self) -> usize {
        if self.layout.is_columns() {
            self.channels
        } else {
            self.layout.outer * self.layout.channels
        }
    }

    /// Mean and variance of every set.
    fn statistics(self, x: &Tensor, eps: f64) -> Statistics {
        let (l, n) = (self.layout, self.layout.pieces() * self.layout.channels);
        let (means, squares) = float!(x.dtype(), T => {
            let (mut means, mut squares) = (vec![0 as T; n], vec![0 as T; n]);
            runs::piece_moments(&x.read::<T>(), l, &mut means, &mut squares);
            (wide(&means), wide(&squares))
        });
        let size = |i: usize| l.count(i / l.channels) as f64;
        let (mut mean, mut var) = (vec![0.0; self.sets()], vec![0.0; self.sets()]);
        (0..n).for_each(|i| mean[self.set(i)] += size(i) * means[i]);
        mean.iter_mut().for_each(|m| *m /= self.count());
        for i in 0..n {
            let d = means[i] - mean[self.set(i)];
            var[self.set(i)] += squares[i] + size(i) * d * d;
        }
        var.iter_mut().for_each(|v| *v /= self.count());
        Statistics::new(mean, var, eps)
    }

    /// By the statistics of the input itself.
    pub(super) fn normalized(
        self,
        op: &'static str,
        x: &Tensor,
        by: Parameters<'_>,
    ) -> (Tensor, Statistics) {
        let x = x.contiguous();
        let statistics = self.statistics(&x, by.eps);
        (self.apply(op, &x, &statistics, by, true), statistics)
    }

    /// By given statistics.
    pub(super) fn fixed(
        self,
        op: &'static str,
        x: &Tensor,
        running: Option<(&Tensor, &Tensor)>,
        by: Parameters<'_>,
    ) -> Result<Tensor> {
        let Some((mean, var)) = running else {
            bail!(op, Value, "there are no running statistics to normalise by");
        };
        let statistics = Statistics::new(numbers(mean), numbers(var), by.eps);
        Ok(self.apply(op, &x.contiguous(), &statistics, by, false))
    }

    fn apply(
        self,
        op: &'static str,
        x: &Tensor,
        s: &Statistics,
        by: Parameters<'_>,
        own: bool,
    ) -> Tensor {
        let shape = Dims::new(&[self.channels]);
        let w = parameter(by.weight, 1.0, shape, x);
        let b = parameter(by.bias, 0.0, shape, x);
        let (wide_w, wide_b) = (numbers(&w), numbers(&b));
        let of_run = |f: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            (0..self.runs())
                .map(|i| f(self.set(i), i % self.channels))
                .collect()
        };
        let mean = of_run(&|set, _| s.mean[set]);
        let factor = of_run(&|set, c| s.scale[set] * wide_w[c]);
        let added = of_run(&|_, c| wide_b[c]);
        let y = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |y| {
            let [m, a, b] = [&mean, &factor, &added].map(|v| narrow::<T>(v));
            runs::apply(&x.read::<T>(), self.layout, [&m, &a, &b], y);
        }));
        let (p, q, s, eps) = (x.saved(op), w.saved(op), s.clone(), by.eps);
        y.record(op, [x, &w, &b], move |g, _| {
            let all = if is_recording(&[g, &p, &q]) {
                self.composed(g, &p, &q, if own { None } else { Some(&s) }, eps)
            } else {
                self.backward(g, &p, &q, &s, own)
            };
            all.map(Some)
        })
    }

    fn backward(
        self,
        g: &Tensor,
        x: &Tensor,
        w: &Tensor,
        s: &Statistics,
        own: bool,
    ) -> [Tensor; 3] {
        let (l, g, w) = (self.layout, g.contiguous_raw(), numbers(w));
        let runs = 0..self.runs();
        let mean: Vec<f64> = runs.clone().map(|i| s.mean[self.set(i)]).collect();
        let (sums, dots) = dots(&g, x, l, &mean);
        let [mut gw, mut gb] = [vec![0.0; self.channels], vec![0.0; self.channels]];
        let [mut level, mut along] = [vec![0.0; self.sets()], vec![0.0; self.sets()]];
        for i in 0..sums.len() {
            let (set, c) = (self.set(i), i % self.channels);
            gw[c] += dots[i] * s.scale[set];
            gb[c] += sums[i];
            level[set] += sums[i] * w[c];
            along[set] += dots[i] * w[c];
        }
        let part = if own { 1.0 / self.count() } else { 0.0 };
        let of_run = |f: &dyn Fn(usize, usize) -> f64| -> Vec<f64> {
            runs.clone()
                .map(|i| f(self.set(i), i % self.channels))
                .collect()
        };
        let factor = of_run(&|set, c| s.scale[set] * w[c]);
        let slope = of_run(&|set, _| -along[set] * s.scale[set].powi(3) * part);
        let added = of_run(&|set, _| -level[set] * s.scale[set] * part);
        let gx = float!(x.dtype(), T => Tensor::build::<T>(x.dtype(), *x.dims(), |gx| {
            let [m, a, b, c] = [&mean, &factor, &slope, &added].map(|v| narrow::<T>(v));
            runs::apply_backward([&g.read::<T>(), &x.read::<T>()], l, [&m, &a, &b, &c], gx);
        }));
        let vector = |v: Vec<f64>| Tensor::from_vec(v, self.channels).to_dtype(x.dtype());
        [gx, vector(gw), vector(gb)]
    }

    /// The same, made of operations.
    fn composed(
        self,
        g: &Tensor,
        x: &Tensor,
        w: &Tensor,
        fixed: Option<&Statistics>,
        eps: f64,
    ) -> [Tensor; 3] {
        let [_, sets, each, _] = self.shape;
        let (own, channels) = (*x.dims(), Dims::new(&[self.channels]));
        let (g, x) = (g.reshape(self.shape), x.reshape(self.shape));
        let w = w.reshape([sets, each, 1]);
        let [gx, gw, gb] = match fixed {
            None if self.together.is_none() => gradients(&g, &x, &w, &[0, 2, 3], true, eps),
            None => gradients(&g, &x, &w, &[2, 3], true, eps),
            Some(s) => {
                let of =
                    |v: &[f64]| Tensor::from_vec(v.to_vec(), [sets, each, 1]).to_dtype(x.dtype());
                let h = (&x - of(&s.mean)) * of(&s.scale);
                let gx = &g * &w * of(&s.scale);
                [gx, (&g * h).sum_to(w.dims()), g.sum_to(w.dims())]
            }
        };
        [gx.reshape(own), gw.reshape(channels), gb.reshape(channels)]
    }
}

fn dots(g: &Tensor, x: &Tensor, l: Layout, mean: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let n = l.pieces() * l.channels;
    float!(x.dtype(), T => {
        let (mut sums, mut dots) = (vec![0 as T; n], vec![0 as T; n]);
        runs::piece_dots([&g.read::<T>(), &x.read::<T>(), &narrow::<T>(mean)], l, &mut sums, &mut dots);
        (wide(&sums), wide(&dots))
    })
}

fn numbers(x: &Tensor) -> Vec<f64> {
    x.detach().double().to_vec()
}

fn wide<T: crate::kernel::math::Num>(x: &[T]) -> Vec<f64> {
    x.iter().map(|v| v.to_f64()).collect()
}

fn narrow<T: crate::kernel::math::Num>(x: &[f64]) -> Vec<T> {
    x.iter().map(|&v| T::from_f64(v)).collect()
}

/// Mean and variance of every set, and `1 / √(var + eps)`.
#[derive(Clone)]
pub(super) struct Statistics {
    mean: Vec<f64>,
    var: Vec<f64>,
    scale: Vec<f64>,
}

impl Statistics {
    fn new(mean: Vec<f64>, var: Vec<f64>, eps: f64) -> Statistics {
        let scale = var.iter().map(|v| (v + eps).sqrt().recip()).collect();
        Statistics { mean, var, scale }
    }

    /// Moves running statistics towards the means of these over the batch.
    pub(super) fn update(&self, plan: Plan, (mean, var): (&Tensor, &Tensor), momentum: f64) {
        let count = plan.count();
        let examples = plan.sets() / plan.channels.max(1);
        let of_channel = |v: &[f64], factor: f64| {
            let sum = |c: usize| {
                (c..v.len())
                    .step_by(plan.channels)
                    .map(|i| v[i])
                    .sum::<f64>()
            };
            let all = (0..plan.channels)
                .map(|c| sum(c) / examples as f64 * factor)
                .collect();
            Tensor::from_vec::<f64>(all, plan.channels).to_dtype(mean.dtype())
        };
        let (new_mean, new_var) = (
            of_channel(&self.mean, 1.0),
            of_channel(&self.var, count / (count - 1.0)),
        );
        no_grad(|| {
            mean.mul_(1.0 - momentum).add_(new_mean * momentum);
            var.mul_(1.0 - momentum).add_(new_var * momentum);
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::gradcheck_test;
    gradcheck_test!(
        batch_norm_of_columns,
        |x, w| x.batch_norm(None, Some(w), None, true, 0.1, 0.1),
        [5, 3],
        [3]; no scalar
    );
}
