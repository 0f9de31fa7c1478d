//! Counting how often numbers occur.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, float},
};

impl Tensor {
    /// How often each of 0, 1, …, the largest element occurs in a 1-d tensor of integers that are not
    /// negative.
    ///
    /// # Panics
    /// For another number of axes, floats, or a negative element.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// assert_eq!(Tensor::from([1, 3, 1]).bincount(), Tensor::from([0, 2, 0, 1]));
    /// ```
    #[track_caller]
    pub fn bincount(&self) -> Tensor {
        self.bincount_with(None, 0)
    }

    /// [`Tensor::bincount`] with at least `min_length` numbers counted, and an element counted as its
    /// weight. Float weights give their dtype, integers `F64`.
    ///
    /// # Panics
    /// As [`Tensor::bincount`], or if the weights have another shape.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let weights = Tensor::from([0.5, 2.0, 0.25]);
    /// let y = Tensor::from([1, 3, 1]).bincount_with(&weights, 5);
    /// assert_eq!(y, Tensor::from([0.0, 0.75, 0.0, 2.0, 0.0]));
    /// assert_eq!(Tensor::from([1]).bincount_with(None, 3), Tensor::from([0, 1, 0]));
    /// ```
    #[track_caller]
    pub fn bincount_with<'a>(
        &self,
        weights: impl Into<Option<&'a Tensor>>,
        min_length: usize,
    ) -> Tensor {
        ok!(bincount(self, weights.into(), min_length))
    }

    /// How many elements lie in each of `bins` bins of equal width from `min` to `max`, as numbers of
    /// this dtype. Each bin contains its lower edge, the last one both; what lies outside, and NaN, is
    /// not counted. With `min` = `max` the range is that of the elements, or one wide to both sides if
    /// it is empty.
    ///
    /// # Panics
    /// For integers, no bins, `max` below `min`, or a range that is not finite.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let y = Tensor::from([1.0, 2.0, 1.0, 4.0]).histc(3, 1, 4);
    /// assert_eq!(y, Tensor::from([2.0, 1.0, 1.0]));
    /// ```
    #[track_caller]
    pub fn histc(&self, bins: usize, min: impl Into<f64>, max: impl Into<f64>) -> Tensor {
        let [min, max] = ok!(range(self, bins, min.into(), max.into()));
        let x = self.contiguous_raw();
        float!(self.dtype(), T => Tensor::build::<T>(self.dtype(), Dims::new(&[bins]), |out| {
            out.fill(0.0);
            let (min, max) = (min as T, max as T);
            for &v in x.read::<T>().iter().filter(|v| (min..=max).contains(*v)) {
                let bin = ((v - min) * bins as T / (max - min)) as usize;
                out[bin.min(bins - 1)] += 1.0;
            }
        }))
    }
}

fn bincount(x: &Tensor, weights: Option<&Tensor>, min_length: usize) -> Result<Tensor> {
    const OP: &str = "bincount";
    if x.dtype().is_float() || x.dim() != 1 {
        bail!(
            OP,
            DType,
            "needs 1-d integers, not {} {:?}",
            x.dtype(),
            x.shape()
        );
    }
    if let Some(w) = weights.filter(|w| w.shape() != x.shape()) {
        bail!(
            OP,
            Shape,
            "weights {:?} do not fit {:?}",
            w.shape(),
            x.shape()
        );
    }
    let numbers = x.long().to_vec::<i64>();
    if let Some(bad) = numbers.iter().find(|&&i| i < 0) {
        bail!(OP, Value, "{bad} is negative");
    }
    let most = numbers.iter().max().map_or(0, |&m| m as usize + 1);
    let length = most.max(min_length);
    let weights = match weights {
        None => Tensor::filled(*x.dims(), 1.0, DType::I64),
        Some(w) if w.dtype().is_float() => w.detach(),
        Some(w) => w.double(),
    };
    let zeros = Tensor::filled(Dims::new(&[length]), 0.0, weights.dtype());
    Ok(zeros.scatter_add(0, &Tensor::from_vec(numbers, *x.dims()), &weights))
}

/// The range that is cut into bins.
fn range(x: &Tensor, bins: usize, min: f64, max: f64) -> Result<[f64; 2]> {
    const OP: &str = "histc";
    x.check_float(OP)?;
    if bins == 0 {
        bail!(OP, Value, "at least one bin is needed");
    }
    let [min, max] = match (min == max, x.numel()) {
        (true, 0) => [min, max],
        (true, _) => [x.detach().min().item(), x.detach().max().item()],
        _ => [min, max],
    };
    if !(min <= max && min.is_finite() && max.is_finite()) {
        bail!(OP, Value, "{min} to {max} is no finite range");
    }
    Ok(if min == max {
        [min - 1.0, max + 1.0]
    } else {
        [min, max]
    })
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn the_range_is_that_of_the_elements_unless_given() {
        let x = Tensor::from([0.0, 1.0, 2.0, 4.0]);
        assert_eq!(x.histc(2, 0, 0), Tensor::from([2.0, 2.0]));
        assert_eq!(x.histc(2, 3, 5), Tensor::from([0.0, 1.0]));
        assert_eq!(
            Tensor::from([7.0]).histc(3, 0, 0),
            Tensor::from([0.0, 1.0, 0.0])
        );
        assert_eq!(Tensor::zeros([0]).histc(2, 0, 0), Tensor::zeros([2]));
    }

    #[test]
    fn nothing_is_counted_where_there_is_nothing() {
        let nothing = Tensor::zeros([0]).long();
        assert_eq!(nothing.bincount().shape(), [0]);
        assert_eq!(nothing.bincount_with(None, 2), Tensor::from([0, 0]));
    }

    #[test]
    #[should_panic(expected = "bincount: -1 is negative")]
    fn negative_numbers_are_refused() {
        let _ = Tensor::from([1, -1]).bincount();
    }

    #[test]
    #[should_panic(expected = "histc: 2 to 1 is no finite range")]
    fn a_range_that_runs_backwards_is_refused() {
        let _ = Tensor::zeros([2]).histc(3, 2, 1);
    }
}
