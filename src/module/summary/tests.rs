//! Summaries of models of every kind.
use crate::{module::Mode, prelude::*};
use std::rc::Rc;

#[derive(Module)]
struct Pair {
    #[module(frozen)]
    left: LazyLinear,
    shared: Rc<LazyLinear>,
    again: Rc<LazyLinear>,
    scale: Param,
}

#[add_to_class(Pair)]
fn forward(&self, x: &Tensor, rows: &Tensor, other: Option<&Tensor>) -> Tensor {
    let y = self.left.forward(x).index_select(0, rows);
    let y = self.again.forward(&self.shared.forward(&y)) * &*self.scale;
    other.map_or(y.clone(), |o| y + o)
}

fn pair() -> Pair {
    let shared = Rc::new(LazyLinear::new(4));
    Pair {
        left: LazyLinear::new(4),
        again: shared.clone(),
        shared,
        scale: Param::new(Tensor::ones([4])),
    }
}

#[test]
fn shared_layers_count_once_and_work_twice() {
    let summary = pair().summary(([3, 2], Long([5]), None::<[usize; 1]>));
    let expected = "\
part                        output shape  parameters  FLOP
Pair                        [5, 4]                36   368
  (left): Linear            [3, 4]                12    48
  (shared): Linear          [5, 4]                20   320
36 parameters, 12 of them frozen; 368 FLOP";
    let shown = summary.to_string();
    let lines: Vec<_> = shown
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>())
        .collect();
    let wanted: Vec<_> = expected
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>())
        .collect();
    assert_eq!(lines, wanted, "{shown}");
    let with = pair().summary(([3, 2], Long([5]), Some([5, 4])));
    assert_eq!(with.rows[0].output_shape, Some(vec![5, 4]));
}

#[test]
fn the_model_and_the_random_numbers_stay_as_they_are() {
    let net = sequential![LazyLinear::new(3), ReLU, ReLU, LazyLinear::new(2)];
    manual_seed(3);
    let expected = Tensor::rand([4]);
    manual_seed(3);
    let summary = net.summary([2, 5]);
    assert_eq!(Tensor::rand([4]), expected);
    assert!(net.is_training() && !net.get::<LazyLinear>(0).unwrap().weight.is_initialized());
    let shapes: Vec<_> = summary
        .rows
        .iter()
        .map(|r| r.output_shape.clone().unwrap())
        .collect();
    assert_eq!(shapes, [[2, 2], [2, 3], [2, 3], [2, 3], [2, 2]]);
    assert_eq!(summary.rows[2].kind, "ReLU");
}

#[test]
#[should_panic(expected = "(in 0, Linear)")]
fn a_shape_that_does_not_fit_is_refused_as_in_forward() {
    sequential![Linear::new(3, 2)].summary([1, 4]);
}

#[test]
fn numbers_are_grouped() {
    let groups = [0, 999, 1000, 61_706, 1_234_567].map(super::grouped);
    assert_eq!(groups, ["0", "999", "1,000", "61,706", "1,234,567"]);
}

/// Words to scores: integers, dropout, arithmetic of its own, a part that is called by another name.
#[derive(Module)]
struct Words {
    table: Param,
    mode: Mode,
    encoder: Encoder,
    head: Sequential,
    mix: Param,
}

#[derive(Module)]
struct Encoder {
    inner: LazyLinear,
    outer: LazyLinear,
}

#[add_to_class(Encoder)]
fn encode(&self, x: &Tensor) -> Tensor {
    self.outer.forward(&self.inner.forward(x).relu())
}

#[add_to_class(Words)]
fn forward(&self, words: &Tensor) -> (Tensor, Tensor) {
    let x = words
        .embedding(&self.table)
        .dropout(0.5, self.mode.is_training());
    let x = self.encoder.encode(&x);
    let y = self.head.forward(&x.matmul(&self.mix));
    (y, x)
}

fn words() -> Words {
    let lambda = |x: &Tensor| x.matmul(&Tensor::eye(5)) * 2.0;
    Words {
        table: Param::new(Tensor::ones([10, 3])),
        mode: Mode::default(),
        encoder: Encoder {
            inner: LazyLinear::new(8),
            outer: LazyLinear::new(4),
        },
        head: sequential![lambda, LazyLinear::new(2)],
        mix: Param::new(Tensor::ones([4, 5])),
    }
}

#[test]
fn arithmetic_of_ones_own_is_counted_where_it_is_done() {
    let summary = words().summary(Long([6, 7]));
    let row = |path: &str| summary.rows.iter().find(|r| r.path == path).unwrap();
    let n = 2 * 6 * 7; // twice the words
    let (inner, outer, mix, lambda, last) = (n * 3 * 8, n * 8 * 4, n * 4 * 5, n * 5 * 5, n * 5 * 2);
    assert_eq!(row("encoder.inner").flops, inner);
    assert_eq!(row("encoder").flops, inner + outer, "the sum of its parts");
    assert_eq!(
        row("encoder").output_shape,
        None,
        "`encode` is no `forward`"
    );
    assert_eq!(
        (row("head.0").flops, row("head").flops),
        (lambda, lambda + last)
    );
    assert_eq!(summary.flops, inner + outer + mix + lambda + last);
    assert_eq!(row("").flops, summary.flops);
    assert_eq!(
        row("").output_shape,
        Some(vec![6, 7, 2]),
        "the first of what it gives"
    );
}

#[test]
fn in_training_or_not_it_is_evaluated_and_stays_as_it_is() {
    let net = words();
    let lazy = |net: &Words| !net.encoder.inner.weight.is_initialized();
    for training in [true, false] {
        net.mode.set(training);
        manual_seed(1);
        let expected = Tensor::rand([2]);
        manual_seed(1);
        net.summary(Long([2, 3]));
        assert_eq!(Tensor::rand([2]), expected);
        assert!(net.mode.is_training() == training && lazy(&net));
    }
    assert!(net.table.grad().is_none() && net.state_dict().len() == 2);
}

#[test]
fn a_summary_within_a_summary_and_one_that_fails_leave_nothing_behind() {
    #[derive(Module)]
    struct Curious(Linear);
    #[add_to_class(Curious)]
    fn forward(&self, x: &Tensor) -> Tensor {
        assert_eq!(self.0.summary([1, 2]).flops, 2 * 2 * 3);
        self.0.forward(x)
    }
    let net = Curious(Linear::new(2, 3));
    assert!(std::panic::catch_unwind(|| Linear::new(2, 3).summary([1, 5])).is_err());
    assert_eq!(net.summary([4, 2]).flops, 2 * 2 * 3 + 2 * 4 * 2 * 3);
    assert_eq!(d2l_core::flops::so_far(), None);
}
