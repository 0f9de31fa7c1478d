//! Labels as rows with a single 1.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    tensor::{Dims, checked_numel},
};

impl Tensor {
    /// For each label (`I64`) a row of `num_classes` zeros with a 1 at its place, as `I64`; -1 takes as
    /// many classes as the largest label asks for. No gradient.
    ///
    /// # Panics
    /// For other dtypes, a label that is negative or too large, or -1 without any label.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let x = Tensor::from([0, 2]);
    /// assert_eq!(x.one_hot(3), Tensor::from([[1, 0, 0], [0, 0, 1]]));
    /// assert_eq!(x.one_hot(-1), x.one_hot(3));
    /// ```
    #[track_caller]
    pub fn one_hot(&self, num_classes: impl TryInto<i64>) -> Tensor {
        ok!(try_one_hot(self, num_classes.try_into().ok()))
    }
}

fn try_one_hot(x: &Tensor, num_classes: Option<i64>) -> Result<Tensor> {
    const OP: &str = "one_hot";
    if x.dtype() != DType::I64 {
        bail!(OP, DType, "labels are i64, not {}", x.dtype());
    }
    let labels = x.to_vec::<i64>();
    let n = match (num_classes, labels.iter().max()) {
        (Some(-1), Some(&largest)) => largest.saturating_add(1),
        (Some(n), _) if n > 0 => n,
        (n, _) => bail!(OP, Value, "{n:?} classes for {} labels", labels.len()),
    };
    if let Some(bad) = labels.iter().find(|&&l| !(0..n).contains(&l)) {
        bail!(OP, Index, "label {bad} is out of range for {n} classes");
    }
    let n = n as usize;
    let shape = Dims::new(&[x.shape(), &[n]].concat());
    checked_numel(OP, &shape)?;
    Ok(Tensor::build::<i64>(DType::I64, shape, |out| {
        out.fill(0);
        let rows = out.chunks_exact_mut(n).zip(&labels);
        rows.for_each(|(row, &label)| row[label as usize] = 1);
    }))
}

#[cfg(test)]
mod tests {
    use crate::Tensor;

    #[test]
    fn shapes_are_kept() {
        let x = Tensor::from([[1, 0, 1]]);
        assert_eq!(x.one_hot(2), Tensor::from([[[0, 1], [1, 0], [0, 1]]]));
        assert_eq!(Tensor::arange(0).one_hot(4usize).shape(), [0, 4]);
    }

    #[test]
    #[should_panic(expected = "one_hot: label 3 is out of range for 3 classes")]
    fn a_label_out_of_range_is_named() {
        let _ = Tensor::from([3]).one_hot(3);
    }
}
