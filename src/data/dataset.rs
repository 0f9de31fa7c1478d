//! Examples by number.

use d2l_core::Tensor;

use super::{
    Batch,
    rows::{Rows, index},
};

/// Examples that can be fetched by number, from several threads at once.
///
/// ```
/// use d2l::{Tensor, data::{Batch, DataLoader, Dataset}};
///
/// struct Squares;
///
/// impl Dataset for Squares {
///     fn len(&self) -> usize {
///         10
///     }
///
///     fn get_batch(&self, rows: &[usize]) -> Batch {
///         let x = Tensor::from(rows.iter().map(|&r| r as f64).collect::<Vec<_>>());
///         Batch(vec![x.clone(), x.square()])
///     }
/// }
///
/// let batch = DataLoader::new(Squares, 4).iter().nth(1).unwrap();
/// assert_eq!(*batch.label(), Tensor::from([16.0, 25.0, 36.0, 49.0]));
/// ```
///
/// PyTorch: `torch.utils.data.Dataset`, with the collation of a batch included.
pub trait Dataset: Send + Sync {
    /// How many examples there are.
    fn len(&self) -> usize;

    /// The examples `rows`, each below [`len`](Self::len), as one batch. The result must not
    /// depend on which thread asks, nor on what was asked before.
    fn get_batch(&self, rows: &[usize]) -> Batch;

    /// Whether there are no examples.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The bytes of one example where a batch is nothing but rows under rows (default: `None`).
    /// Only then may a loader fetch several small batches at once and hand out parts of them.
    fn row_bytes(&self) -> Option<usize> {
        None
    }
}

/// Tensors whose rows belong together: row `i` of each is example `i`. Dtypes are kept.
///
/// ```
/// use d2l::{Tensor, data::{Dataset, TensorDataset}};
///
/// let x = Tensor::from([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
/// let y = Tensor::from([0, 1, 2]);
/// let set = TensorDataset::new([&x, &y]);
/// let batch = set.get_batch(&[2, 0]);
/// assert_eq!(batch[0], Tensor::from([[5.0, 6.0], [1.0, 2.0]]));
/// assert_eq!(batch[1], Tensor::from([2, 0]));
/// assert_eq!(set.rows(1..).len(), 2);
/// ```
///
/// Book: section 3.3. PyTorch: `torch.utils.data.TensorDataset`.
#[derive(Debug, Clone)]
pub struct TensorDataset {
    tensors: Vec<Tensor>,
    len: usize,
}

impl TensorDataset {
    /// The data set of these tensors; gradients do not flow into data.
    ///
    /// # Panics
    /// When there is no tensor, one of them is a single number, or their first sizes differ.
    #[track_caller]
    pub fn new<'a>(tensors: impl IntoIterator<Item = &'a Tensor>) -> TensorDataset {
        let tensors: Vec<_> = tensors.into_iter().map(rows_first).collect();
        let Some(first) = tensors.first() else {
            panic!("TensorDataset::new: no tensors given");
        };
        let len = first.shape()[0];
        for (i, tensor) in tensors.iter().enumerate() {
            let n = tensor.shape()[0];
            assert!(
                n == len,
                "TensorDataset::new: tensor 0 has {len} rows, tensor {i} has {n}"
            );
        }
        TensorDataset { tensors, len }
    }

    /// The data set of some of the rows: a range, or a list of row numbers.
    ///
    /// # Panics
    /// When a row does not exist.
    #[track_caller]
    #[must_use]
    pub fn rows(&self, rows: impl Rows) -> TensorDataset {
        let tensors: Vec<_> = self.tensors.iter().map(|t| rows.of(t)).collect();
        TensorDataset::new(&tensors)
    }

    /// The tensors, all rows of them.
    pub fn tensors(&self) -> &[Tensor] {
        &self.tensors
    }
}

#[track_caller]
fn rows_first(tensor: &Tensor) -> Tensor {
    assert!(
        tensor.dim() > 0,
        "TensorDataset::new: a single number has no rows"
    );
    tensor.detach().contiguous()
}

impl Dataset for TensorDataset {
    fn len(&self) -> usize {
        self.len
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        let rows = index(rows);
        Batch(
            self.tensors
                .iter()
                .map(|t| t.index_select(0, &rows))
                .collect(),
        )
    }

    fn row_bytes(&self) -> Option<usize> {
        let bytes = |t: &Tensor| t.numel() / self.len.max(1) * t.dtype().size();
        Some(self.tensors.iter().map(bytes).sum())
    }
}

#[cfg(test)]
mod tests {
    use d2l_core::DType;

    use super::*;

    fn numbers(n: usize) -> Tensor {
        Tensor::arange(n)
    }

    #[test]
    fn dm_3_any_number_of_tensors_stays_aligned() {
        let (a, b, c) = (numbers(6), numbers(6).double(), numbers(12).reshape([6, 2]));
        let batch = TensorDataset::new([&a, &b, &c])
            .rows(2..5)
            .get_batch(&[2, 0]);
        assert_eq!(batch[0], Tensor::from([4, 2]));
        assert_eq!(batch[1].to_vec::<f64>(), [4.0, 2.0]);
        assert_eq!(batch[2], Tensor::from([[8, 9], [4, 5]]));
    }

    #[test]
    fn dm_10_dtypes_are_kept() {
        let tensors = [DType::F32, DType::F64, DType::I64, DType::U8, DType::Bool]
            .map(|d| numbers(2).to_dtype(d));
        let batch = TensorDataset::new(&tensors).get_batch(&[1]);
        let same = batch
            .iter()
            .zip(&tensors)
            .all(|(a, b)| a.dtype() == b.dtype());
        assert!(same && batch.len() == 5);
    }

    #[test]
    fn rows_are_chosen_by_ranges_and_lists() {
        let set = TensorDataset::new([&numbers(5)]);
        let chosen = |set: TensorDataset| set.tensors()[0].to_vec::<i64>();
        assert_eq!(chosen(set.rows(..)), [0, 1, 2, 3, 4]);
        assert_eq!(chosen(set.rows(3..)), [3, 4]);
        assert_eq!(chosen(set.rows(..2)), [0, 1]);
        assert_eq!(chosen(set.rows(1..=2)), [1, 2]);
        assert_eq!(chosen(set.rows([4, 0])), [4, 0]);
        assert_eq!(chosen(set.rows(vec![1; 3])), [1, 1, 1]);
        assert_eq!(chosen(set.rows(2..2)), [0; 0]);
    }

    #[test]
    fn data_takes_no_gradient() {
        let x = Tensor::ones([2, 2]).requires_grad_(true);
        assert!(!TensorDataset::new([&x]).get_batch(&[0])[0].requires_grad());
    }

    #[test]
    #[should_panic(expected = "tensor 0 has 3 rows, tensor 1 has 4")]
    fn rows_that_do_not_match_are_refused() {
        TensorDataset::new([&numbers(3), &numbers(4)]);
    }

    #[test]
    #[should_panic(expected = "a single number has no rows")]
    fn a_number_is_no_data() {
        TensorDataset::new([&Tensor::from(1.0)]);
    }

    #[test]
    #[should_panic(expected = "rows 3..9 do not exist: the data has 5")]
    fn rows_that_do_not_exist_are_named() {
        let _ = TensorDataset::new([&numbers(5)]).rows(3..9);
    }

    #[test]
    #[should_panic(expected = "row 7 does not exist: the data has 5")]
    fn a_row_that_does_not_exist_is_named() {
        let _ = TensorDataset::new([&numbers(5)]).rows([1, 7]);
    }
}
