//! `DataModule` (book 3.2 and 3.3): where batches come from.
use super::*;

/// The book's base class: a folder and a number of workers, stored by name.
struct Folder {
    root: String,
    num_workers: usize,
}

#[add_to_class(Folder)]
fn new(root: String, num_workers: usize) -> Self {
    save_hyperparameters!()
}

#[test]
fn dm_1_the_settings_of_a_data_module_are_hyperparameters() {
    let data = Folder::new("../data".to_string(), 4);
    assert_eq!((data.root.as_str(), data.num_workers), ("../data", 4));
    let hparams = data.hparams();
    assert_eq!(hparams.keys().collect::<Vec<_>>(), ["root", "num_workers"]);
    assert_eq!(
        (&hparams["root"], &hparams["num_workers"]),
        (&"../data".into(), &4.into())
    );
}

/// Rows `0..8` train, `8..10` validate.
struct Numbers {
    batch_size: usize,
    labels: Vec<&'static str>,
}

#[add_to_class]
impl DataModule for Numbers {
    fn get_dataloader(&self, train: bool) -> DataLoader {
        let x = Tensor::arange(10);
        let y = x.double() * 2.0;
        let rows = if train { 0..8 } else { 8..10 };
        self.get_tensorloader([&x, &x, &y], train, rows)
    }

    fn batch_size(&self) -> usize {
        self.batch_size
    }
}

fn numbers() -> Numbers {
    Numbers {
        batch_size: 4,
        labels: vec!["even", "odd"],
    }
}

fn column(loader: &DataLoader, i: usize) -> Vec<f64> {
    loader
        .iter()
        .flat_map(|b| b[i].double().to_vec::<f64>())
        .collect()
}

#[test]
fn dm_2_one_method_gives_both_loaders() {
    let data = numbers();
    assert_eq!(data.train_dataloader().len(), 2);
    let val = data.val_dataloader().unwrap();
    assert_eq!(column(&val, 0), [8.0, 9.0]);
}

#[test]
fn dm_3_a_tensor_loader_takes_the_same_rows_of_every_tensor() {
    manual_seed(3);
    let batch_sizes = |l: &DataLoader| l.iter().map(|b| b.len()).collect::<Vec<_>>();
    let train = numbers().get_dataloader(true);
    assert_eq!(batch_sizes(&train), [3, 3], "three tensors in every batch");
    for batch in &train {
        let (x, y) = (batch[0].double(), &batch[2]);
        assert_eq!(
            (&batch[0], &(x * 2.0)),
            (&batch[1], y),
            "rows stay together"
        );
    }
    let mut seen = column(&train, 0);
    assert_ne!(
        seen,
        [0., 1., 2., 3., 4., 5., 6., 7.],
        "training data is shuffled"
    );
    seen.sort_by(f64::total_cmp);
    assert_eq!(seen, [0., 1., 2., 3., 4., 5., 6., 7.]);
    let chosen = numbers().get_tensorloader(&[Tensor::arange(10)], false, [9, 0, 4]);
    assert_eq!(column(&chosen, 0), [9.0, 0.0, 4.0]);
}

#[test]
fn dm_4_the_last_batch_may_be_smaller() {
    let sizes: Vec<_> = synthetic()
        .train_dataloader()
        .iter()
        .map(|b| b[0].size(0))
        .collect();
    assert_eq!((sizes.len(), sizes[0], sizes[31]), (32, 32, 8));
    let full = synthetic().train_dataloader().drop_last(true);
    assert_eq!((full.len(), full.iter().count()), (31, 31));
}

#[test]
fn dm_5_a_loader_has_a_length() {
    assert_eq!(synthetic().train_dataloader().len(), 32);
}

#[test]
fn dm_6_training_order_changes_every_epoch_and_validation_order_does_not() {
    let data = synthetic();
    let (train, val) = (data.train_dataloader(), data.val_dataloader().unwrap());
    assert_ne!(column(&train, 1), column(&train, 1));
    assert_eq!(column(&val, 1), column(&val, 1));
}

/// The generator that the book writes by hand: it can be iterated over, and collected for a trainer.
#[test]
fn dm_7_a_plain_iterator_of_batches_is_enough() {
    let (x, y) = (Tensor::randn([10, 2]), Tensor::randn([10, 1]));
    let batch = |i: usize| Batch(vec![x.i(i..i + 5), y.i(i..i + 5)]);
    let by_hand = || (0..10).step_by(5).map(batch);
    assert_eq!(by_hand().next().unwrap()[0].shape(), [5, 2]);
    let loader: DataLoader = by_hand().collect();
    assert_eq!(
        trainer(2)
            .fit(&mut LinearRegression::new(0.1), &loader)
            .steps(),
        4
    );
}

#[test]
fn dm_8_every_iteration_is_a_fresh_pass() {
    let loader = synthetic().train_dataloader();
    for _ in 0..2 {
        let batch = loader.iter().next().unwrap();
        assert_eq!(
            (batch[0].shape(), batch[1].shape()),
            (&[32, 2][..], &[32, 1][..])
        );
    }
    assert_eq!(loader.iter().count(), 32);
}

#[test]
fn dm_9_without_validation_data_nothing_is_validated() {
    let data = synthetic().num_val(0);
    assert!(data.val_dataloader().is_none());
    let mut t = trainer(2);
    let fit = t.fit(&mut LinearRegression::new(0.03), &data);
    assert_eq!(fit.names(), ["train_loss"]);
    assert_eq!(
        (t.position().num_val_batches, t.position().val_batch_idx),
        (0, 0)
    );
}

#[test]
fn dm_10_the_entries_of_a_batch_keep_their_dtype() {
    let batch = numbers().get_dataloader(true).iter().next().unwrap();
    assert_eq!(
        (batch[0].dtype(), batch[2].dtype()),
        (DType::I64, DType::F64)
    );
}

#[add_to_class(Numbers)]
fn text_labels(&self, indices: &[usize]) -> Vec<&'static str> {
    indices.iter().map(|&i| self.labels[i % 2]).collect()
}

#[test]
fn dm_11_a_data_module_has_state_and_methods_of_its_own() {
    assert_eq!(numbers().text_labels(&[0, 3]), ["even", "odd"]);
}
