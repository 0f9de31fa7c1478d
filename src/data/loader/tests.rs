//! The rows DM-4 to DM-8 of the book, workers, and places to go on from.

use std::{
    sync::atomic::{AtomicUsize, Ordering::SeqCst},
    thread,
    time::Duration,
};

use d2l_core::{Tensor, manual_seed};

use super::*;
use crate::data::TensorDataset;

fn loader(rows: usize, batch_size: usize) -> DataLoader {
    let x = Tensor::arange(rows);
    DataLoader::new(TensorDataset::new([&x, &x.double()]), batch_size)
}

/// The row numbers of each batch; the other column has to agree.
fn rows(batches: Batches) -> Vec<Vec<i64>> {
    let numbers = |batch: Batch| {
        assert_eq!(batch[0].double(), batch[1]);
        batch[0].to_vec::<i64>()
    };
    batches.map(numbers).collect()
}

/// Too slow and too odd to be fetched in blocks.
struct Slow;

impl Dataset for Slow {
    fn len(&self) -> usize {
        23
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        thread::sleep(Duration::from_millis(rows[0] as u64 % 3));
        let x = Tensor::from(rows.to_vec());
        Batch(vec![x.clone(), x.double()])
    }
}

#[test]
fn dm_4_the_last_batch_may_be_smaller() {
    let sizes = |l: DataLoader| rows(l.iter()).iter().map(Vec::len).collect::<Vec<_>>();
    assert_eq!(sizes(loader(10, 4)), [4, 4, 2]);
    assert_eq!(sizes(loader(8, 4)), [4, 4]);
    assert_eq!(sizes(loader(3, 4)), [3]);
    assert_eq!(sizes(loader(10, 4).drop_last(true)), [4, 4]);
    assert_eq!(sizes(loader(3, usize::MAX)), [3]);
}

#[test]
fn dm_5_a_loader_and_a_pass_have_a_length() {
    assert_eq!(loader(1000, 32).len(), 32);
    assert_eq!(loader(1000, 32).drop_last(true).len(), 31);
    let mut pass = loader(10, 4).iter();
    pass.next();
    assert_eq!(pass.len(), 2);
}

#[test]
fn dm_6_training_order_changes_and_validation_order_does_not() {
    let train = loader(100, 8).shuffle(true);
    let (first, second) = (rows(train.iter()).concat(), rows(train.iter()).concat());
    assert_ne!(first, second);
    for mut order in [first, second] {
        order.sort_unstable();
        assert!(order.into_iter().eq(0..100));
    }
    let val = loader(100, 8);
    assert_eq!(rows(val.iter()), rows(val.iter()));
    assert!(rows(val.iter()).concat().into_iter().eq(0..100));
}

#[test]
fn dm_7_a_plain_iterator_becomes_a_loader() {
    let by_hand = (0..3).map(|i| {
        Batch(vec![
            Tensor::from([i]),
            Tensor::from([f64::from(i)]).double(),
        ])
    });
    let loader: DataLoader = by_hand.collect();
    assert_eq!(loader.len(), 3);
    assert_eq!(rows(loader.iter()), [[0], [1], [2]]);
}

#[test]
fn dm_8_every_iteration_is_a_fresh_pass() {
    let loader = loader(64, 32).shuffle(true).seed(5);
    let firsts: Vec<_> = (0..3)
        .map(|_| loader.iter().next().unwrap()[0].clone())
        .collect();
    assert!(firsts.iter().all(|x| x.shape() == [32]));
    assert_ne!(firsts[0], firsts[1]);
    assert_eq!(
        loader.state(),
        LoaderState {
            seed: 5,
            epoch: 2,
            batch: 1
        }
    );
}

#[test]
fn any_number_of_workers_gives_the_same_batches() {
    for workers in [1, 2, 4, 100] {
        for make in [|| loader(1000, 3), || DataLoader::new(Slow, 3)] {
            let here = make().shuffle(true).seed(9);
            let there = make().shuffle(true).seed(9).num_workers(workers);
            for _ in 0..2 {
                assert_eq!(rows(here.iter()), rows(there.iter()), "{workers}");
            }
        }
    }
}

#[test]
fn blocks_of_batches_cut_where_batches_do() {
    let wide = Tensor::arange(300).reshape([300, 1]).float() * &Tensor::ones([1, 1000]);
    let set = TensorDataset::new([&wide]);
    let loader = DataLoader::new(set.clone(), 7); // 28 KB a batch, 1.2 MB in all
    let first: Vec<_> = loader.iter().map(|b| b[0].i((0, 0)).item()).collect();
    assert!(first.into_iter().eq((0..300).step_by(7).map(f64::from)));
    assert!(
        loader
            .iter()
            .zip((0..300).step_by(7))
            .all(|(b, i)| b[0] == set.rows(i..300.min(i + 7)).tensors()[0])
    );
}

#[test]
fn manual_seed_decides_the_order() {
    let order = || {
        manual_seed(4);
        rows(loader(50, 5).shuffle(true).iter())
    };
    assert_eq!(order(), order());
}

#[test]
fn a_pass_can_be_resumed_at_any_batch_with_any_workers() {
    let whole = loader(20, 3).shuffle(true).seed(2);
    let passes = [rows(whole.iter()), rows(whole.iter()), rows(whole.iter())];
    for stop in 0..=7 {
        for workers in [0, 2] {
            let first = loader(20, 3).shuffle(true).seed(2);
            rows(first.iter());
            first.iter().take(stop).for_each(drop);
            let second = loader(20, 3).shuffle(true).num_workers(workers);
            // Before the first batch of pass 1, pass 0 has just ended.
            second.set_state(first.state());
            let (epoch, batch) = if stop == 7 { (2, 0) } else { (1, stop) };
            assert_eq!(
                second.state(),
                LoaderState {
                    seed: 2,
                    epoch,
                    batch
                }
            );
            assert_eq!(
                rows(second.iter()),
                passes[epoch as usize][batch..],
                "{stop}"
            );
            assert_eq!(rows(second.iter()).len(), 7);
        }
    }
}

#[test]
fn an_abandoned_pass_does_not_disturb_the_next() {
    let loader = loader(20, 3).num_workers(2);
    let mut old = loader.iter();
    old.next();
    let mut new = loader.iter();
    new.next();
    old.next();
    assert_eq!((loader.state().epoch, loader.state().batch), (1, 1));
    assert_eq!(rows(new).len(), 6);
}

#[test]
fn the_state_survives_a_file() {
    let state = LoaderState {
        seed: u64::MAX,
        epoch: 3,
        batch: 9,
    };
    let text = serde_json::to_string(&state).unwrap();
    assert_eq!(serde_json::from_str::<LoaderState>(&text).unwrap(), state);
}

#[test]
fn changing_a_batch_in_place_leaves_the_data_alone() {
    let loader = loader(6, 3);
    for batch in &loader {
        batch[0].fill_(7.0);
    }
    assert_eq!(loader.iter().next().unwrap()[0], Tensor::from([0, 1, 2]));
}

/// Counts the batches fetched, and fails at row 12.
struct Failing(Arc<AtomicUsize>);

impl Dataset for Failing {
    fn len(&self) -> usize {
        1000
    }

    fn get_batch(&self, rows: &[usize]) -> Batch {
        self.0.fetch_add(1, SeqCst);
        assert!(!rows.contains(&12), "row 12 is broken");
        Slow.get_batch(rows)
    }
}

#[test]
fn a_workers_panic_reaches_the_reader_in_its_place() {
    for workers in [0, 3] {
        let mut pass = DataLoader::new(Failing(Arc::default()), 5)
            .num_workers(workers)
            .iter();
        assert_eq!(pass.by_ref().take(2).count(), 2);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| pass.next()));
        let message = *panic.unwrap_err().downcast::<&str>().unwrap();
        assert_eq!(message, "row 12 is broken");
    }
}

#[test]
fn workers_stay_a_bounded_way_ahead_and_end_with_the_pass() {
    let fetched = Arc::new(AtomicUsize::new(0));
    let mut pass = DataLoader::new(Failing(fetched.clone()), 1)
        .num_workers(2)
        .iter();
    pass.next();
    thread::sleep(Duration::from_millis(60));
    let ahead = fetched.load(SeqCst);
    assert!(ahead <= 8, "{ahead}");
    drop(pass); // joins the workers
    assert_eq!(Arc::strong_count(&fetched), 1);
}

#[test]
#[should_panic(expected = "DataLoader::new: batch_size is 0")]
fn batches_of_nothing_are_refused() {
    loader(3, 0);
}

#[test]
#[should_panic(expected = "DataLoader::new: the data set is empty (0 examples)")]
fn no_data_is_refused() {
    loader(0, 3);
}

#[test]
#[should_panic(expected = "2 examples do not fill one batch of 3")]
fn dropping_all_is_refused() {
    let _ = loader(2, 3).drop_last(true);
}
