//! A table of learned rows, read in bags.
use super::embedding::{Table, table, table_options};
use crate::{Module, module::Param};
use d2l_core::{Bag, EmbeddingBagOptions, Tensor};

/// The rows of a table that an index names, in bags whose rows are combined to one (PyTorch's
/// `nn.EmbeddingBag`).
///
/// Shapes: an `I64` index `[bags, n]`, or `[total]` with the positions at which the bags begin, to
/// `[bags, embedding_dim]`; `weight [num_embeddings, embedding_dim]` starts with the standard normal
/// distribution. An empty bag gives 0; padding does not count.
///
/// ```
/// use d2l::prelude::*;
/// let layer = EmbeddingBag::new(10, 3).mode(Bag::Sum);
/// layer.weight.fill_(1.0);
/// let y = layer.forward(&Tensor::from([4, 5, 9]), Some(&Tensor::from([0, 2])), None);
/// assert_eq!(y, Tensor::from([[2.0; 3], [1.0; 3]]));
/// assert_eq!(layer.repr().to_string(), "EmbeddingBag(10, 3, mode='sum')");
/// ```
#[derive(Module, Debug)]
#[module(repr = EmbeddingBag::line)]
pub struct EmbeddingBag {
    /// `[num_embeddings, embedding_dim]`.
    pub weight: Param,
    #[module(skip)]
    table: Table,
    #[module(skip)]
    mode: Bag,
    include_last_offset: bool,
}

table_options!(EmbeddingBag, "embedding_bag");

impl EmbeddingBag {
    /// A table of `num_embeddings` rows of `embedding_dim` numbers; bags give the mean of their rows.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> EmbeddingBag {
        EmbeddingBag::of(table(num_embeddings, embedding_dim))
    }

    fn of(weight: Param) -> EmbeddingBag {
        EmbeddingBag {
            weight,
            table: Table::default(),
            mode: Bag::Mean,
            include_last_offset: false,
        }
    }

    /// How the rows of a bag are combined (their mean).
    #[must_use]
    pub fn mode(mut self, mode: Bag) -> EmbeddingBag {
        self.mode = mode;
        self
    }

    /// The last offset is the end of the last bag instead of the beginning of one more (no).
    #[must_use]
    pub fn include_last_offset(mut self, on: bool) -> EmbeddingBag {
        self.include_last_offset = on;
        self
    }

    fn options(&self) -> EmbeddingBagOptions {
        let t = &self.table;
        let mut options = EmbeddingBagOptions::new()
            .mode(self.mode)
            .norm_type(t.norm_type.unwrap_or(2.0))
            .scale_grad_by_freq(t.scale_grad_by_freq)
            .include_last_offset(self.include_last_offset);
        if let Some(row) = t.padding_idx {
            options = options.padding_idx(row);
        }
        if let Some(max) = t.max_norm {
            options = options.max_norm(max);
        }
        options
    }

    fn line(&self) -> String {
        let (n, dim, t) = (self.weight.shape()[0], self.weight.shape()[1], &self.table);
        let mode = format!("{:?}", self.mode).to_lowercase();
        format!(
            "EmbeddingBag({n}, {dim}{}, mode='{mode}'{})",
            t.words(),
            t.padding()
        )
    }
}

forward_with! {
    /// The combined rows of each bag. A 1-d `x` needs `offsets`, where the bags begin; with sums each
    /// row may have its own factor, `weights` of the shape of `x`.
    ///
    /// # Panics
    /// If shapes or offsets do not fit, a row is not in the table, or there are weights for another
    /// mode than the sum.
    EmbeddingBag, |this, x, offsets: Option<&'a Tensor>, weights: Option<&'a Tensor>| -> Tensor, |y| y,
    {
        let options = offsets.into_iter().fold(this.options(), |o, at| o.offsets(at));
        let options = weights.into_iter().fold(options, |o, w| o.per_sample_weights(w));
        options.try_forward(x, &this.weight)
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn bags_are_combined_in_every_mode() {
        let table = Tensor::from([[1.0], [2.0], [4.0]]);
        let x = Tensor::from([[0, 2], [1, 1]]);
        let bag = |mode| {
            EmbeddingBag::from_pretrained(&table)
                .mode(mode)
                .forward(&x, None, None)
        };
        assert_eq!(bag(Bag::Sum), Tensor::from([[5.0], [4.0]]));
        assert_eq!(bag(Bag::Mean), Tensor::from([[2.5], [2.0]]));
        assert_eq!(bag(Bag::Max), Tensor::from([[4.0], [2.0]]));
        let (half, layer) = (
            Tensor::full([2, 2], 0.5),
            EmbeddingBag::from_pretrained(&table),
        );
        let weighted = layer
            .mode(Bag::Sum)
            .padding_idx(1)
            .forward(&x, None, Some(&half));
        assert_eq!(weighted, Tensor::from([[2.5], [0.0]]));
    }

    #[test]
    #[should_panic(
        expected = "embedding_bag: row 7 is none of the 3 rows of the table (in EmbeddingBag)"
    )]
    fn a_word_outside_of_the_vocabulary_is_named() {
        let _ = EmbeddingBag::new(3, 2).forward(&Tensor::from([[7]]), None, None);
    }
}
