//! Rows of a table, looked up by number.
use crate::{
    DType, Tensor,
    error::{Result, bail, ok},
    no_grad,
    options::options,
};

options! {
    /// How [`Tensor::embedding`] looks up rows, with all its options.
    EmbeddingOptions {
        /// The gradient of this row of the table is 0; negative ones count from the end.
        padding_idx: ?i64,
        /// Rows that are looked up and longer than this are shortened to it, in the table itself.
        max_norm: ?f64,
        /// The order of the norm for [`EmbeddingOptions::max_norm`] (2).
        norm_type: f64 = 2.0,
        /// Divide the gradient of each row by how often it was looked up (no).
        scale_grad_by_freq: bool = false,
    }
}

impl EmbeddingOptions {
    /// The rows of `table [rows, n]` that `index` (`I64`, of any shape) names: a new last axis.
    ///
    /// # Panics
    /// If `table` is no matrix, or an index is not that of a row.
    ///
    /// ```
    /// use d2l_core::{EmbeddingOptions, Tensor};
    /// let table = Tensor::from([[3.0, 4.0], [0.0, 1.0]]);
    /// let rows = EmbeddingOptions::new().max_norm(1.0).forward(&Tensor::from([0]), &table);
    /// assert!(rows.allclose(&Tensor::from([[0.6, 0.8]]), 1e-5, 0.0));
    /// assert_eq!(table.i(0), rows.i(0));
    /// ```
    #[track_caller]
    pub fn forward(&self, index: &Tensor, table: &Tensor) -> Tensor {
        ok!(self.try_forward(index, table))
    }

    /// [`EmbeddingOptions::forward`] as a `Result`.
    ///
    /// # Errors
    /// If `table` is no matrix, or an index is not that of a row.
    pub fn try_forward(&self, index: &Tensor, table: &Tensor) -> Result<Tensor> {
        self.compute("embedding", index, table)
    }

    pub(crate) fn compute(
        &self,
        op: &'static str,
        index: &Tensor,
        table: &Tensor,
    ) -> Result<Tensor> {
        table.check_float(op)?;
        if table.dim() != 2 {
            bail!(op, Shape, "the table is a matrix, not {:?}", table.shape());
        }
        check_rows(op, index, table.shape()[0])?;
        let padding = self.padding(op, table.shape()[0])?;
        let rows = index.detach().reshape(-1).raw_copy();
        if let Some(max) = self.max_norm {
            no_grad(|| shorten(table, &rows, max, self.norm_type));
        }
        let shape = index.dims().insert(index.dim(), table.shape()[1]);
        if padding.is_none() && !self.scale_grad_by_freq {
            return Ok(table.try_index_select(0, &rows)?.reshape(shape));
        }
        let out = no_grad(|| table.index_select(0, &rows)).reshape(shape);
        let shares = self.scale_grad_by_freq.then(|| shares(&rows, table));
        let table_shape = *table.dims();
        Ok(out.record(op, [table], move |g, _| {
            let g = g.reshape([rows.numel(), table_shape[1]]);
            let g = shares.as_ref().map_or(g.clone(), |shares| g * shares);
            let g = padding.map_or(g.clone(), |p| g.kept(&rows.ne(p).unsqueeze(1)));
            let zeros = Tensor::filled(table_shape, 0.0, g.dtype());
            [Some(zeros.index_add(0, &rows, &g, 1.0))]
        }))
    }

    /// The row of [`EmbeddingOptions::padding_idx`], counted from the beginning.
    pub(crate) fn padding(&self, op: &'static str, rows: usize) -> Result<Option<i64>> {
        let n = rows as i64;
        match self.padding_idx {
            Some(p) if !(-n..n).contains(&p) => {
                bail!(
                    op,
                    Index,
                    "the padding {p} is none of the {rows} rows of the table"
                )
            }
            Some(p) if p < 0 => Ok(Some(p + n)),
            given => Ok(given),
        }
    }
}

impl Tensor {
    /// The rows of `table [rows, n]` that this index (`I64`, of any shape) names: a new last axis
    /// (PyTorch's `nn.functional.embedding`; options: [`EmbeddingOptions`]). Gradients of repeated
    /// rows add up.
    ///
    /// # Panics
    /// If `table` is no matrix of floats, or an index is not that of a row.
    ///
    /// ```
    /// use d2l_core::Tensor;
    /// let table = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(Tensor::from([1, 1]).embedding(&table), Tensor::from([[3.0, 4.0], [3.0, 4.0]]));
    /// ```
    #[track_caller]
    pub fn embedding(&self, table: &Tensor) -> Tensor {
        EmbeddingOptions::new().forward(self, table)
    }
}

fn check_rows(op: &'static str, index: &Tensor, rows: usize) -> Result<()> {
    if index.dtype() != DType::I64 {
        bail!(
            op,
            DType,
            "rows are named by an i64 tensor, not {}",
            index.dtype()
        );
    }
    let index = index.contiguous_raw();
    let index = index.read::<i64>();
    match index.iter().find(|i| !(0..rows as i64).contains(*i)) {
        Some(bad) => bail!(
            op,
            Index,
            "row {bad} is none of the {rows} rows of the table"
        ),
        None => Ok(()),
    }
}

/// Scales rows that are longer than `max`, in place.
fn shorten(table: &Tensor, rows: &Tensor, max: f64, p: f64) {
    let mut rows = rows.to_vec::<i64>();
    rows.sort_unstable();
    rows.dedup();
    let values = table.index_select(0, &Tensor::from_vec(rows.clone(), rows.len()));
    let norms = values.norm_p_keepdim(p, 1).double().to_vec::<f64>();
    for (&row, norm) in rows.iter().zip(norms).filter(|(_, norm)| *norm > max) {
        table.narrow(0, row as usize, 1).mul_(max / (norm + 1e-7));
    }
}

/// For every row looked up, one divided by how often it was, `[rows, 1]`.
fn shares(rows: &Tensor, table: &Tensor) -> Tensor {
    let rows = rows.read::<i64>();
    let mut counts = vec![0usize; table.shape()[0]];
    rows.iter().for_each(|&r| counts[r as usize] += 1);
    let shares = rows.iter().map(|&r| 1.0 / counts[r as usize] as f64);
    Tensor::from_vec::<f64>(shares.collect(), [rows.len(), 1]).to_dtype(table.dtype())
}

#[cfg(test)]
mod tests {
    use super::EmbeddingOptions;
    use crate::{Tensor, testing::gradcheck_test};
    gradcheck_test!(
        embedding,
        |x| Tensor::from([[2, 0], [2, 1]]).embedding(x) * 2.0,
        [3, 4]; no empty, scalar
    );
    gradcheck_test!(
        without_padding,
        |x| {
            // The gradient of the padding is no derivative: it does not enter here.
            let options = EmbeddingOptions::new().padding_idx(0);
            options.forward(&Tensor::from([2, 1, 2]), x) * 2.0
        },
        [3, 4]; no empty, scalar
    );

    #[test]
    fn padding_gets_no_gradient_and_frequent_rows_their_share() {
        let table = Tensor::ones([3, 1]).requires_grad_(true);
        let options = EmbeddingOptions::new()
            .padding_idx(-1)
            .scale_grad_by_freq(true);
        options
            .forward(&Tensor::from([0, 0, 2, 1]), &table)
            .sum()
            .backward();
        assert_eq!(table.grad().unwrap(), Tensor::from([[1.0], [1.0], [0.0]]));
    }

    #[test]
    #[should_panic(expected = "embedding: row 3 is none of the 3 rows of the table")]
    fn an_unknown_row_is_named() {
        let _ = Tensor::from([3]).embedding(&Tensor::zeros([3, 2]));
    }
}
