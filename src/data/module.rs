//! What a trainer takes as data.

use d2l_core::Tensor;

use super::{Batch, DataLoader, Rows, TensorDataset};

/// Data for training and validation. Ready-made ones are a loader, a list of batches, and pairs
/// of either (training, validation).
///
/// ```
/// use d2l::{Tensor, data::{DataLoader, DataModule}};
///
/// struct Numbers {
///     batch_size: usize,
/// }
///
/// impl DataModule for Numbers {
///     fn get_dataloader(&self, train: bool) -> DataLoader {
///         let rows = if train { 0..8 } else { 8..10 };
///         self.get_tensorloader([&Tensor::arange(10)], train, rows)
///     }
///
///     fn batch_size(&self) -> usize {
///         self.batch_size
///     }
/// }
///
/// let data = Numbers { batch_size: 4 };
/// assert_eq!(data.train_dataloader().len(), 2);
/// let batch = data.val_dataloader().unwrap().iter().next().unwrap();
/// assert_eq!(batch[0], Tensor::from([8, 9]));
/// ```
///
/// Book: section 3.2, `d2l.DataModule`.
pub trait DataModule {
    /// The loader of the training data, or of the validation data.
    fn get_dataloader(&self, train: bool) -> DataLoader;

    /// The loader of the training data.
    fn train_dataloader(&self) -> DataLoader {
        self.get_dataloader(true)
    }

    /// The loader of the validation data; `None` when there is none to validate on.
    fn val_dataloader(&self) -> Option<DataLoader> {
        Some(self.get_dataloader(false))
    }

    /// How many examples [`get_tensorloader`](Self::get_tensorloader) puts into a batch.
    ///
    /// # Panics
    /// Unless the data module says it.
    fn batch_size(&self) -> usize {
        let name = std::any::type_name::<Self>();
        panic!(
            "get_tensorloader: {name} does not say its batch size; add `fn batch_size(&self) -> usize`"
        )
    }

    /// How many threads of [`get_tensorloader`](Self::get_tensorloader)'s loaders fetch ahead
    /// (default: 0).
    fn num_workers(&self) -> usize {
        0
    }

    /// A loader of the given rows of each tensor, in batches of [`batch_size`](Self::batch_size),
    /// shuffled for training.
    ///
    /// # Panics
    /// When the tensors differ in their rows, or a row does not exist.
    ///
    /// Book: section 3.3.
    fn get_tensorloader<'a>(
        &self,
        tensors: impl IntoIterator<Item = &'a Tensor>,
        train: bool,
        rows: impl Rows,
    ) -> DataLoader
    where
        Self: Sized,
    {
        let set = TensorDataset::new(tensors).rows(rows);
        DataLoader::new(set, self.batch_size())
            .shuffle(train)
            .num_workers(self.num_workers())
    }
}

macro_rules! through_pointer {
    ($($pointer:ty),*) => { $(
        impl<D: DataModule + ?Sized> DataModule for $pointer {
            fn get_dataloader(&self, train: bool) -> DataLoader { (**self).get_dataloader(train) }
            fn train_dataloader(&self) -> DataLoader { (**self).train_dataloader() }
            fn val_dataloader(&self) -> Option<DataLoader> { (**self).val_dataloader() }
            fn batch_size(&self) -> usize { (**self).batch_size() }
            fn num_workers(&self) -> usize { (**self).num_workers() }
        }
    )* };
}
through_pointer!(&D, Box<D>, std::sync::Arc<D>);

/// Half of a data module: a loader, or batches that make one.
pub trait ToLoader {
    /// A handle on the loader; `None` for no batches at all.
    fn to_loader(&self) -> Option<DataLoader>;
}

impl ToLoader for DataLoader {
    fn to_loader(&self) -> Option<DataLoader> {
        Some(self.clone())
    }
}

impl ToLoader for [Batch] {
    fn to_loader(&self) -> Option<DataLoader> {
        (!self.is_empty()).then(|| self.to_vec().into())
    }
}

impl ToLoader for Vec<Batch> {
    fn to_loader(&self) -> Option<DataLoader> {
        self[..].to_loader()
    }
}

impl<T: ToLoader + ?Sized> ToLoader for &T {
    fn to_loader(&self) -> Option<DataLoader> {
        (**self).to_loader()
    }
}

/// Training and validation data. Without validation batches there is no validation.
impl<T: ToLoader, V: ToLoader> DataModule for (T, V) {
    fn get_dataloader(&self, train: bool) -> DataLoader {
        let (loader, name) = if train {
            (self.0.to_loader(), "training")
        } else {
            (self.1.to_loader(), "validation")
        };
        loader.unwrap_or_else(|| panic!("get_dataloader: the list of {name} batches is empty"))
    }

    fn val_dataloader(&self) -> Option<DataLoader> {
        self.1.to_loader()
    }
}

/// Training data alone.
impl DataModule for DataLoader {
    fn get_dataloader(&self, _train: bool) -> DataLoader {
        self.clone()
    }

    fn val_dataloader(&self) -> Option<DataLoader> {
        None
    }
}

/// Training data alone.
impl DataModule for Vec<Batch> {
    fn get_dataloader(&self, _train: bool) -> DataLoader {
        let empty = || panic!("get_dataloader: the list of training batches is empty");
        self.to_loader().unwrap_or_else(empty)
    }

    fn val_dataloader(&self) -> Option<DataLoader> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Own(Tensor);

    impl DataModule for Own {
        fn get_dataloader(&self, train: bool) -> DataLoader {
            self.get_tensorloader([&self.0], train, ..)
        }
        fn batch_size(&self) -> usize {
            3
        }
    }

    fn batches(n: usize) -> Vec<Batch> {
        (0..n)
            .map(|i| Batch::from([Tensor::full([1], i)]))
            .collect()
    }

    fn lengths(data: &impl DataModule) -> (usize, Option<usize>) {
        (
            data.train_dataloader().len(),
            data.val_dataloader().map(|l| l.len()),
        )
    }

    #[test]
    fn dm_2_both_loaders_follow_from_one_method() {
        let data = Own(Tensor::arange(7));
        assert_eq!(lengths(&data), (3, Some(3)));
        let dynamic: &dyn DataModule = &data;
        assert_eq!(lengths(&dynamic), (3, Some(3)));
        let order = |l: DataLoader| {
            l.iter()
                .flat_map(|b| b[0].to_vec::<i64>())
                .collect::<Vec<_>>()
        };
        assert_eq!(order(data.get_dataloader(false)), [0, 1, 2, 3, 4, 5, 6]);
    }

    #[test]
    fn dm_9_without_validation_data_there_is_no_loader() {
        assert_eq!(lengths(&(batches(2), batches(0))), (2, None));
        assert_eq!(lengths(&batches(2)), (2, None));
        assert_eq!(lengths(&DataLoader::from(batches(3))), (3, None));
    }

    #[test]
    fn pairs_of_loaders_and_of_batches_are_data_modules() {
        let (a, b) = (batches(2), batches(1));
        let (train, val) = (DataLoader::from(batches(4)), DataLoader::from(batches(2)));
        assert_eq!(lengths(&(&a, &b)), (2, Some(1)));
        assert_eq!(lengths(&(&a[..1], &val)), (1, Some(2)));
        assert_eq!(lengths(&(&train, &val)), (4, Some(2)));
        assert_eq!(lengths(&(train, b)), (4, Some(1)));
    }

    #[test]
    fn passes_of_a_loader_are_counted_through_the_data_module() {
        let loader = DataLoader::from(batches(8)).shuffle(true).seed(1);
        let data = (&loader, &loader);
        let first: Vec<_> = data
            .train_dataloader()
            .iter()
            .map(|b| b[0].clone())
            .collect();
        let second: Vec<_> = data
            .train_dataloader()
            .iter()
            .map(|b| b[0].clone())
            .collect();
        assert_ne!(first, second);
        assert_eq!(loader.state().epoch, 2);
    }

    #[test]
    #[should_panic(expected = "the list of training batches is empty")]
    fn no_training_batches_are_refused() {
        (batches(0), batches(1)).train_dataloader();
    }

    #[test]
    #[should_panic(expected = "Silent does not say its batch size; add `fn batch_size")]
    fn a_missing_batch_size_is_named() {
        struct Silent;
        impl DataModule for Silent {
            fn get_dataloader(&self, train: bool) -> DataLoader {
                self.get_tensorloader([&Tensor::arange(3)], train, ..)
            }
        }
        Silent.train_dataloader();
    }
}
