//! Rows of a table, looked up in bags and combined.
use crate::{
    DType, EmbeddingOptions, Tensor,
    error::{Result, bail, ok},
    options::options,
    tensor::{Dims, float},
};

const OP: &str = "embedding_bag";

/// How the rows of a bag are combined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bag {
    /// Their sum.
    Sum,
    /// Their mean.
    #[default]
    Mean,
    /// The greatest of each column.
    Max,
}

options! {
    /// How [`Tensor::embedding_bag`] looks up and combines rows, with all its options.
    EmbeddingBagOptions {
        /// How the rows of a bag are combined (the mean).
        mode: Bag = Bag::Mean,
        /// This row of the table is left out of every bag; negative ones count from the end.
        padding_idx: ?i64,
        /// Rows that are looked up and longer than this are shortened to it, in the table itself.
        max_norm: ?f64,
        /// The order of the norm for [`EmbeddingBagOptions::max_norm`] (2).
        norm_type: f64 = 2.0,
        /// Divide the gradient of each row by how often it was looked up (no).
        scale_grad_by_freq: bool = false,
        /// The last offset is the end of the last bag instead of the beginning of one more (no).
        include_last_offset: bool = false,
        /// Where in a 1-d index the bags begin (`I64`).
        offsets: &Tensor,
        /// A factor for each index, of its shape; for sums only.
        per_sample_weights: &Tensor,
    }
}

impl EmbeddingBagOptions {
    /// The rows of `table [rows, n]` in bags, combined: `[bags, n]`. The rows of a 2-d `index` are
    /// bags; a 1-d one is cut by the offsets. An empty bag gives 0.
    ///
    /// # Panics
    /// If shapes or offsets do not fit, or an index is not that of a row.
    ///
    /// ```
    /// use d2l_core::{Bag, EmbeddingBagOptions, Tensor};
    /// let table = Tensor::from([[1.0], [2.0], [4.0]]);
    /// let bags = EmbeddingBagOptions::new().mode(Bag::Sum).offsets(&Tensor::from([0, 1]));
    /// assert_eq!(bags.forward(&Tensor::from([0, 1, 2]), &table), Tensor::from([[1.0], [6.0]]));
    /// ```
    #[track_caller]
    pub fn forward(&self, index: &Tensor, table: &Tensor) -> Tensor {
        ok!(self.try_forward(index, table))
    }

    /// [`EmbeddingBagOptions::forward`] as a `Result`.
    ///
    /// # Errors
    /// If shapes or offsets do not fit, or an index is not that of a row.
    pub fn try_forward(&self, index: &Tensor, table: &Tensor) -> Result<Tensor> {
        table.check_float(OP)?;
        let starts = self.starts(index)?;
        let bags = starts.len() - 1;
        self.check_weights(index)?;
        let rows = table.shape().first().copied().unwrap_or(0);
        let plain = self.plain();
        let padding = plain.padding(OP, rows)?;
        let flat = index.reshape(-1);
        let list = flat.to_vec::<i64>();
        let bag = |i: usize| starts.partition_point(|&s| s <= i) as i64 - 1;
        let kept: Vec<usize> = (0..list.len())
            .filter(|&i| Some(list[i]) != padding)
            .collect();
        let owner: Vec<i64> = kept.iter().map(|&i| bag(i)).collect();
        let at: Vec<i64> = kept.iter().map(|&i| i as i64).collect();
        let (at, n) = (Tensor::from_vec(at, kept.len()), kept.len());
        let values = plain.compute(OP, &flat.index_select(0, &at), table)?;
        let shape = Dims::new(&[bags, values.shape()[1]]);
        if self.mode == Bag::Max {
            return Ok(greatest(&values, &owner, shape));
        }
        let values = match &self.per_sample_weights {
            Some(w) => values * w.reshape(-1).index_select(0, &at).unsqueeze(1),
            None => values,
        };
        let mut counts = vec![0.0; bags];
        owner.iter().for_each(|&b| counts[b as usize] += 1.0);
        let zeros = Tensor::filled(shape, 0.0, table.dtype());
        let sums = zeros.index_add(0, &Tensor::from_vec(owner, n), &values, 1.0);
        if self.mode == Bag::Sum {
            return Ok(sums);
        }
        let counts = Tensor::from_vec::<f64>(counts, [bags, 1]).clamp_min(1.0);
        Ok(sums / counts.to_dtype(table.dtype()))
    }

    /// The options of the rows by themselves; padding is left out before.
    fn plain(&self) -> EmbeddingOptions {
        EmbeddingOptions {
            padding_idx: self.padding_idx,
            max_norm: self.max_norm,
            norm_type: self.norm_type,
            scale_grad_by_freq: self.scale_grad_by_freq,
        }
    }

    /// Where the bags begin, and the end of the last one.
    fn starts(&self, index: &Tensor) -> Result<Vec<usize>> {
        let end = index.numel();
        if index.dtype() != DType::I64 {
            bail!(
                OP,
                DType,
                "rows are named by an i64 tensor, not {}",
                index.dtype()
            );
        }
        let offsets = match (index.dim(), &self.offsets) {
            (2, None) => {
                let [bags, n] = [index.shape()[0], index.shape()[1]];
                return Ok((0..=bags).map(|b| b * n).collect());
            }
            (1, Some(offsets)) if offsets.dim() == 1 && offsets.dtype() == DType::I64 => offsets,
            _ => bail!(
                OP,
                Shape,
                "an index is 2-d without offsets or 1-d with 1-d i64 offsets, not {:?} with {:?}",
                index.shape(),
                self.offsets.as_ref().map(|o| (o.dtype(), o.shape()))
            ),
        };
        let mut starts = offsets.contiguous().to_vec::<i64>();
        if !self.include_last_offset {
            starts.push(end as i64);
        }
        let ordered = starts.first() == Some(&0) && starts.is_sorted();
        if !ordered || starts.last() > Some(&(end as i64)) {
            bail!(
                OP,
                Value,
                "offsets {starts:?} do not rise from 0 to at most {end}"
            );
        }
        Ok(starts.into_iter().map(|s| s as usize).collect())
    }

    fn check_weights(&self, index: &Tensor) -> Result<()> {
        let Some(w) = &self.per_sample_weights else {
            return Ok(());
        };
        if self.mode != Bag::Sum {
            bail!(
                OP,
                Value,
                "weights of samples are for sums, not for {:?}",
                self.mode
            );
        }
        if w.shape() != index.shape() {
            bail!(
                OP,
                Shape,
                "weights {:?} and index {:?} differ in shape",
                w.shape(),
                index.shape()
            );
        }
        Ok(())
    }
}

impl Tensor {
    /// The means of the rows of `table` that the rows of this 2-d index name (PyTorch's
    /// `nn.functional.embedding_bag`; options: [`EmbeddingBagOptions`]).
    ///
    /// # Panics
    /// If shapes do not fit, or an index is not that of a row.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let table = Tensor::from([[1.0], [2.0], [4.0]]);
    /// assert_eq!(Tensor::from([[0, 1], [2, 2]]).embedding_bag(&table), Tensor::from([[1.5], [4.0]]));
    /// ```
    #[track_caller]
    pub fn embedding_bag(&self, table: &Tensor) -> Tensor {
        EmbeddingBagOptions::new().forward(self, table)
    }
}

/// The greatest of every column of each bag, the first one where several tie.
fn greatest(values: &Tensor, owner: &[i64], shape: Dims) -> Tensor {
    let n = shape[1];
    let mut best: Vec<Option<usize>> = vec![None; shape.numel()];
    let x = values.contiguous_raw();
    float!(x.dtype(), T => {
        let x = x.read::<T>();
        for (i, &bag) in owner.iter().enumerate() {
            for j in 0..n {
                let best = &mut best[bag as usize * n + j];
                if best.is_none_or(|b| x[i * n + j] > x[b]) {
                    *best = Some(i * n + j);
                }
            }
        }
    });
    if values.numel() == 0 {
        return Tensor::filled(shape, 0.0, values.dtype());
    }
    let filled: Vec<bool> = best.iter().map(Option::is_some).collect();
    let at: Vec<i64> = best.iter().map(|b| b.unwrap_or(0) as i64).collect();
    let picked = values.pick(&Tensor::from_vec(at, shape));
    picked.kept(&Tensor::from_vec(filled, shape))
}

#[cfg(test)]
mod tests {
    use super::{Bag, EmbeddingBagOptions};
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        mean,
        |x| Tensor::from([[2, 0], [2, 1]]).embedding_bag(x) * 2.0,
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        sum,
        |x, w| {
            let bags = EmbeddingBagOptions::new()
                .mode(Bag::Sum)
                .offsets(&Tensor::from([0, 1, 1]));
            bags.padding_idx(1)
                .per_sample_weights(w)
                .forward(&Tensor::from([2, 0, 2, 1]), x)
        },
        [3, 4],
        [4]; no empty, scalar
    );
    gradcheck_test!(
        max,
        |x| {
            let bags = EmbeddingBagOptions::new()
                .mode(Bag::Max)
                .offsets(&Tensor::from([0, 1, 1]));
            bags.forward(&Tensor::from([2, 0, 1]), x)
        },
        [3, 4]; no empty, scalar
    );

    #[test]
    #[should_panic(expected = "embedding_bag: offsets [1, 2] do not rise from 0 to at most 2")]
    fn bags_begin_at_the_beginning() {
        let bags = EmbeddingBagOptions::new().offsets(&Tensor::from([1]));
        let _ = bags.forward(&Tensor::from([0, 0]), &Tensor::zeros([1, 1]));
    }
}
