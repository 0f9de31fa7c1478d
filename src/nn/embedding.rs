//! A table of learned rows.
use crate::{
    Module,
    module::{Param, init::Normal},
};
use d2l_core::{EmbeddingOptions, Tensor};

/// The rows of a table that an index names (PyTorch's `nn.Embedding`, book 10.7 and 15.4).
///
/// Shapes: an `I64` index of any shape to that shape with a last axis of `embedding_dim`; `weight
/// [num_embeddings, embedding_dim]` starts with the standard normal distribution.
///
/// ```
/// use d2l::prelude::*;
/// let layer = Embedding::new(10, 4).padding_idx(0);
/// let y = layer.forward(&Tensor::from([[1, 2, 0]]));
/// assert_eq!(y.shape(), [1, 3, 4]);
/// assert_eq!(y.i((0, 2)), Tensor::zeros([4]));
/// assert_eq!(layer.repr().to_string(), "Embedding(10, 4, padding_idx=0)");
/// ```
#[derive(Module, Debug)]
#[module(repr = Embedding::line)]
pub struct Embedding {
    /// `[num_embeddings, embedding_dim]`.
    pub weight: Param,
    #[module(skip)]
    table: Table,
}

/// How a table is read: the options that [`Embedding`] and `EmbeddingBag` share.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Table {
    pub(super) padding_idx: Option<i64>,
    pub(super) max_norm: Option<f64>,
    pub(super) norm_type: Option<f64>,
    pub(super) scale_grad_by_freq: bool,
}

impl Table {
    /// PyTorch's words for what is not the default.
    pub(super) fn words(&self) -> String {
        let mut words = String::new();
        if let Some(max) = self.max_norm {
            words += &format!(", max_norm={max:?}");
        }
        if let Some(p) = self.norm_type.filter(|p| *p != 2.0) {
            words += &format!(", norm_type={p:?}");
        }
        if self.scale_grad_by_freq {
            words += ", scale_grad_by_freq=True";
        }
        words
    }

    pub(super) fn padding(&self) -> String {
        self.padding_idx
            .map_or_else(String::new, |p| format!(", padding_idx={p}"))
    }
}

/// A new table.
pub(super) fn table(rows: usize, dim: usize) -> Param {
    Param::started([rows, dim], Normal(0.0, 1.0))
}

/// The options that embeddings share, as builder methods.
macro_rules! table_options {
    ($layer:ident, $name:literal) => {
        impl $layer {
            /// This row stands for padding (none): it is set to 0 and not learned. Negative ones count
            /// from the end.
            ///
            /// # Panics
            /// If there is no such row.
            #[must_use]
            #[track_caller]
            pub fn padding_idx(mut self, row: i64) -> $layer {
                let n = self.weight.shape()[0] as i64;
                assert!(
                    (-n..n).contains(&row),
                    concat!(
                        $name,
                        ": the padding {} is none of the {} rows of the table"
                    ),
                    row,
                    n
                );
                let row = row.rem_euclid(n);
                d2l_core::no_grad(|| self.weight.select(0, row as isize).zero_());
                self.table.padding_idx = Some(row);
                self
            }

            /// Rows that are looked up and longer than this are shortened to it, in the table itself
            /// (any length).
            #[must_use]
            pub fn max_norm(mut self, length: f64) -> $layer {
                self.table.max_norm = Some(length);
                self
            }

            /// The order of the norm for `max_norm` (2).
            #[must_use]
            pub fn norm_type(mut self, p: f64) -> $layer {
                self.table.norm_type = Some(p);
                self
            }

            /// Divide the gradient of each row by how often it was looked up (no).
            #[must_use]
            pub fn scale_grad_by_freq(mut self, on: bool) -> $layer {
                self.table.scale_grad_by_freq = on;
                self
            }

            /// A layer with these rows, `[num_embeddings, embedding_dim]`, which are copied and frozen
            /// (PyTorch's `from_pretrained`).
            ///
            /// # Panics
            /// If it is no matrix of floats.
            #[track_caller]
            pub fn from_pretrained(rows: &Tensor) -> $layer {
                assert!(
                    rows.dim() == 2 && rows.dtype().is_float(),
                    concat!($name, ": the table is a matrix of floats, not {} {:?}"),
                    rows.dtype(),
                    rows.shape()
                );
                $layer::of(Param::new(rows.detach().copy())).freeze(true)
            }

            /// The table is not learned, or it is again.
            #[must_use]
            pub fn freeze(self, on: bool) -> $layer {
                self.weight.requires_grad_(!on);
                self
            }
        }
    };
}
pub(super) use table_options;

table_options!(Embedding, "embedding");

impl Embedding {
    /// A table of `num_embeddings` rows of `embedding_dim` numbers.
    pub fn new(num_embeddings: usize, embedding_dim: usize) -> Embedding {
        Embedding::of(table(num_embeddings, embedding_dim))
    }

    fn of(weight: Param) -> Embedding {
        Embedding {
            weight,
            table: Table::default(),
        }
    }

    fn options(&self) -> EmbeddingOptions {
        let t = &self.table;
        let mut options = EmbeddingOptions::new()
            .norm_type(t.norm_type.unwrap_or(2.0))
            .scale_grad_by_freq(t.scale_grad_by_freq);
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
        format!("Embedding({n}, {dim}{}{})", t.padding(), t.words())
    }
}

forward! {
    /// The rows that `x` (`I64`) names.
    ///
    /// # Panics
    /// If a row is not in the table, or `x` is not `I64`.
    Embedding, |this, x| this.options().try_forward(x, &this.weight)
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn pretrained_rows_are_frozen_until_somebody_says_otherwise() {
        let rows = Tensor::from([[1.0, 2.0], [3.0, 4.0]]);
        let layer = Embedding::from_pretrained(&rows);
        assert!(!layer.weight.requires_grad() && !layer.weight.shares_storage(&rows));
        assert_eq!(
            layer.forward(&Tensor::from([1])),
            Tensor::from([[3.0, 4.0]])
        );
        assert!(layer.freeze(false).weight.requires_grad());
    }

    #[test]
    fn padding_is_zero_and_stays_so() {
        let layer = Embedding::new(3, 2).padding_idx(-1);
        layer.forward(&Tensor::from([2, 1])).sum().backward();
        let g = layer.weight.grad().unwrap();
        assert_eq!(g, Tensor::from([[0.0, 0.0], [1.0, 1.0], [0.0, 0.0]]));
        assert_eq!(layer.weight.i(2), Tensor::zeros([2]));
        let text = layer.max_norm(1.0).norm_type(1.0).repr().to_string();
        assert_eq!(
            text,
            "Embedding(3, 2, padding_idx=2, max_norm=1.0, norm_type=1.0)"
        );
    }

    #[test]
    #[should_panic(
        expected = "embedding: row 3 is none of the 3 rows of the table (in 0, Embedding)"
    )]
    fn a_word_outside_of_the_vocabulary_is_named_with_its_layer() {
        let _ = sequential![Embedding::new(3, 2)].forward(&Tensor::from([3]));
    }
}
