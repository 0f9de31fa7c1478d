//! What a training step gets.

use std::{ops::Index, slice, vec};

use d2l_core::Tensor;

/// Input tensors followed by the label; row `i` of each belongs to the same example.
///
/// ```
/// use d2l::{Tensor, data::Batch};
///
/// let batch = Batch(vec![Tensor::zeros([32, 2]), Tensor::ones([32, 1])]);
/// assert_eq!(batch[0].shape(), [32, 2]);
/// assert_eq!(batch.inputs().len(), 1);
/// assert_eq!(batch.label().shape(), [32, 1]);
/// ```
#[derive(Debug, Clone)]
pub struct Batch(pub Vec<Tensor>);

impl Batch {
    /// All tensors but the last.
    pub fn inputs(&self) -> &[Tensor] {
        self.0.split_last().map_or(&[], |(_, inputs)| inputs)
    }

    /// The last tensor.
    ///
    /// # Panics
    /// When the batch holds no tensor.
    #[track_caller]
    pub fn label(&self) -> &Tensor {
        self.0
            .last()
            .expect("Batch::label: the batch holds no tensors")
    }

    /// How many tensors it holds.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it holds no tensor.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The tensors in order.
    pub fn iter(&self) -> slice::Iter<'_, Tensor> {
        self.0.iter()
    }
}

impl Index<usize> for Batch {
    type Output = Tensor;

    #[track_caller]
    fn index(&self, i: usize) -> &Tensor {
        let n = self.0.len();
        self.0
            .get(i)
            .unwrap_or_else(|| panic!("Batch: no tensor {i} in a batch of {n}"))
    }
}

impl From<Vec<Tensor>> for Batch {
    fn from(tensors: Vec<Tensor>) -> Batch {
        Batch(tensors)
    }
}

impl<const N: usize> From<[Tensor; N]> for Batch {
    fn from(tensors: [Tensor; N]) -> Batch {
        Batch(tensors.into())
    }
}

impl IntoIterator for Batch {
    type Item = Tensor;
    type IntoIter = vec::IntoIter<Tensor>;

    fn into_iter(self) -> vec::IntoIter<Tensor> {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Batch {
    type Item = &'a Tensor;
    type IntoIter = slice::Iter<'a, Tensor>;

    fn into_iter(self) -> slice::Iter<'a, Tensor> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_tensors_are_three_inputs_and_a_label() {
        let batch: Batch = (0..4)
            .map(|i| Tensor::full([2], i))
            .collect::<Vec<_>>()
            .into();
        assert_eq!((batch.len(), batch.inputs().len()), (4, 3));
        assert_eq!(*batch.label(), Tensor::full([2], 3));
        assert!(batch[1].same(&batch.clone()[1]));
    }

    #[test]
    #[should_panic(expected = "no tensor 2 in a batch of 1")]
    fn a_missing_tensor_is_named() {
        let _ = &Batch::from([Tensor::zeros([1])])[2];
    }
}
