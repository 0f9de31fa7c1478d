//! Random choices with given probabilities.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    rng,
};

impl Tensor {
    /// 1 with the probability that each element says, else 0, in this dtype. Element `i` uses draw `i`
    /// of one stream: the result depends on the seed alone, not on threads. No gradient.
    ///
    /// # Panics
    /// For integers, or a probability outside of 0..=1.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([0.0, 1.0]).bernoulli(), Tensor::from([0.0, 1.0]));
    /// ```
    #[track_caller]
    pub fn bernoulli(&self) -> Tensor {
        ok!(try_bernoulli(self))
    }

    /// `num_samples` indices drawn with the weights in this vector, or in each row of this matrix, as
    /// `I64`. Weights need not add up to 1. With `replacement` an index may come again; without, each
    /// is drawn from those still left, in the order drawn. The result depends on the seed alone, not
    /// on threads. No gradient.
    ///
    /// # Panics
    /// For integers; if a weight is negative, infinite or NaN, or all of a row are 0; if no sample is
    /// asked for, or without replacement more than there are weights other than 0.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let weights = Tensor::from([0.0, 3.0, 1.0]);
    /// let draws = weights.multinomial(2, false).to_vec::<i64>();
    /// assert!(draws == [1, 2] || draws == [2, 1]);
    /// assert!(weights.multinomial(100, true).ne(0).all());
    /// ```
    #[track_caller]
    pub fn multinomial(&self, num_samples: usize, replacement: bool) -> Tensor {
        ok!(try_multinomial(self, num_samples, replacement))
    }
}

fn try_bernoulli(x: &Tensor) -> Result<Tensor> {
    x.check_float("bernoulli")?;
    let p = x.detach().double().to_vec::<f64>();
    if let Some(bad) = p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        bail!("bernoulli", Value, "{bad} is not a probability");
    }
    let mut stream = rng::next_stream();
    let hits: Vec<bool> = p.iter().map(|&p| stream.uniform() < p).collect();
    Ok(Tensor::from_vec(hits, *x.dims()).to_dtype(x.dtype()))
}

fn try_multinomial(x: &Tensor, samples: usize, replacement: bool) -> Result<Tensor> {
    const OP: &str = "multinomial";
    x.check_float(OP)?;
    let (1 | 2, [.., n]) = (x.dim(), x.shape()) else {
        bail!(
            OP,
            Shape,
            "{:?} is neither a vector nor a matrix of weights",
            x.shape()
        )
    };
    let weights = x.detach().double().to_vec::<f64>();
    let rows = || weights.chunks_exact((*n).max(1));
    if *n == 0 || samples == 0 {
        bail!(OP, Value, "{samples} samples of {n} weights");
    }
    for row in rows() {
        check_weights(OP, row, samples, replacement)?;
    }
    let mut stream = rng::next_stream();
    let mut uniform = || stream.uniform();
    let draw = |row: &[f64]| match replacement {
        true => with_replacement(row, samples, &mut uniform),
        false => without_replacement(row, samples, &mut uniform),
    };
    let drawn: Vec<i64> = rows().flat_map(draw).collect();
    let shape = x.dims().with(x.dim() - 1, samples);
    Ok(Tensor::build::<i64>(DType::I64, shape, |out| {
        out.copy_from_slice(&drawn)
    }))
}

fn check_weights(op: &'static str, row: &[f64], samples: usize, replacement: bool) -> Result<()> {
    if let Some(bad) = row.iter().find(|w| !w.is_finite() || **w < 0.0) {
        bail!(op, Value, "{bad} is not a weight");
    }
    let possible = row.iter().filter(|w| **w > 0.0).count();
    if possible == 0 || (!replacement && samples > possible) {
        bail!(
            op,
            Value,
            "{samples} samples of {possible} weights other than 0{}",
            if replacement {
                ""
            } else {
                ", without replacement"
            }
        );
    }
    Ok(())
}

/// Where a uniform number falls between the cumulated weights.
fn with_replacement(row: &[f64], samples: usize, uniform: &mut dyn FnMut() -> f64) -> Vec<i64> {
    let mut sum = 0.0;
    let cumulated: Vec<f64> = row
        .iter()
        .map(|w| {
            sum += w;
            sum
        })
        .collect();
    let last = row.iter().rposition(|&w| w > 0.0).unwrap_or(0);
    let place = |u: f64| cumulated.partition_point(|&c| c <= u * sum).min(last) as i64;
    (0..samples).map(|_| place(uniform())).collect()
}

/// A race of exponential clocks: index `i` rings after a time of mean `1 / w`, so each next one is
/// `i` with a probability in proportion to its weight among those left.
fn without_replacement(row: &[f64], samples: usize, uniform: &mut dyn FnMut() -> f64) -> Vec<i64> {
    let mut clocks: Vec<(f64, i64)> = Vec::with_capacity(row.len());
    for (&w, i) in row.iter().zip(0..) {
        let wait = -(1.0 - uniform()).ln();
        if w > 0.0 {
            clocks.push((wait / w, i));
        }
    }
    clocks.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    clocks[..samples].iter().map(|c| c.1).collect()
}

#[cfg(test)]
mod tests {
    use crate::{Tensor, kernel::threads::set_num_threads, manual_seed, tensor::Dims};

    /// How often each index is drawn.
    fn counts(draws: &Tensor, n: usize) -> Vec<f64> {
        let mut out = vec![0.0; n];
        draws
            .to_vec::<i64>()
            .iter()
            .for_each(|&i| out[i as usize] += 1.0);
        out
    }

    #[test]
    fn bernoulli_hits_as_often_as_it_should() {
        manual_seed(1);
        let n = 40_000;
        for p in [0.1, 0.5, 0.93] {
            let x = Tensor::full([n], p).bernoulli();
            let deviation = (p * (1.0 - p) / n as f64).sqrt();
            assert!(
                (x.double().mean().item() - p).abs() < 4.0 * deviation,
                "{p}"
            );
            assert!((x.eq(0) + x.eq(1)).all());
        }
    }

    #[test]
    fn indices_come_as_often_as_their_weights_say() {
        manual_seed(2);
        let weights = [1.0, 0.0, 4.0, 5.0];
        let (n, w) = (50_000, Tensor::from(weights));
        let drawn = counts(&w.multinomial(n, true), 4);
        // The first of a draw without replacement follows the weights, too.
        let rows = w.expand([n, 4]).multinomial(3, false);
        let first = counts(&rows.narrow(1, 0, 1), 4);
        for (i, w) in weights.iter().enumerate() {
            let p = w / 10.0;
            let allowed = 4.0 * (p * (1.0 - p) * n as f64).sqrt();
            assert!((drawn[i] - p * n as f64).abs() <= allowed, "{drawn:?}");
            assert!((first[i] - p * n as f64).abs() <= allowed, "{first:?}");
        }
        // The second after the first: 3 then 0 has the probability 5/10 · 1/5.
        let pairs = rows.narrow(1, 0, 2).to_vec::<i64>();
        let hits = pairs.chunks(2).filter(|p| *p == [3, 0]).count() as f64;
        assert!(
            (hits - 0.1 * n as f64).abs() < 4.0 * (0.09 * n as f64).sqrt(),
            "{hits}"
        );
        let all = rows.to_vec::<i64>();
        assert!(
            all.chunks(3)
                .all(|r| r[0] != r[1] && r[1] != r[2] && r[0] != r[2])
        );
    }

    #[test]
    fn threads_do_not_change_a_bit() {
        let draw = |threads| {
            set_num_threads(threads);
            manual_seed(7);
            let p = Tensor::rand([300, 300]);
            let some = (p.multinomial(20, true), p.multinomial(20, false));
            (p.bernoulli(), some, Tensor::randperm(5000))
        };
        assert_eq!(draw(1), draw(2));
    }

    #[test]
    #[should_panic(expected = "bernoulli: 1.5 is not a probability")]
    fn probabilities_end_at_one() {
        let _ = Tensor::from(1.5).bernoulli();
    }

    #[test]
    #[should_panic(
        expected = "multinomial: 3 samples of 2 weights other than 0, without replacement"
    )]
    fn what_cannot_come_is_not_drawn() {
        assert_eq!(
            Tensor::ones([2, 3]).multinomial(1, false).dims(),
            &Dims::new(&[2, 1])
        );
        let _ = Tensor::from([1.0, 0.0, 1.0]).multinomial(3, false);
    }
}
