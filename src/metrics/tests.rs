use super::*;
use std::panic::{AssertUnwindSafe, catch_unwind};

#[track_caller]
fn refused(mut metric: impl Metric, y_hat: Tensor, y: Tensor, message: &str) {
    let update = AssertUnwindSafe(|| metric.update(&y_hat, &y));
    let panic = catch_unwind(update).expect_err("it is refused");
    assert_eq!(panic.downcast_ref::<String>().unwrap(), message);
}

#[test]
fn what_does_not_fit_is_refused_with_both_shapes() {
    let scores = || Tensor::zeros([2, 3]);
    refused(
        Accuracy::new(),
        scores(),
        Tensor::from([0, 1, 2]),
        "Accuracy: predictions [2, 3] f32 and labels [3] do not fit: scores [.., classes] are needed for labels [..]",
    );
    refused(
        ConfusionMatrix::new(4),
        scores(),
        Tensor::from([0, 1]),
        "ConfusionMatrix: predictions [2, 3] f32 and labels [2] do not fit: scores [.., 4] are needed for labels [..]",
    );
    refused(
        Precision::new(3),
        scores(),
        Tensor::from([0, 3]),
        "Precision: class 3 is not one of 0 to 2",
    );
    refused(
        Recall::new(3),
        scores(),
        Tensor::from([0.0, 1.0]),
        "Recall: the labels are f32, not class numbers (convert with `long`)",
    );
    refused(
        F1Score::new(3),
        Tensor::from([0, 1, 2]),
        Tensor::from([0, 1]),
        "F1Score: predicted classes of shape [3] and labels of shape [2]",
    );
    refused(
        Accuracy::new().top_k(4),
        scores(),
        Tensor::from([0, 1]),
        "Accuracy: there are 3 classes, fewer than the first 4",
    );
    refused(
        MeanSquaredError::new(),
        Tensor::zeros([2, 1]),
        Tensor::zeros([2]),
        "MeanSquaredError: predictions of shape [2, 1] and labels of shape [2]",
    );
    refused(
        MeanAbsoluteError::new(),
        Tensor::zeros([2]),
        Tensor::from(0.0),
        "MeanAbsoluteError: predictions of shape [2] and labels of shape []",
    );
    refused(
        Perplexity::new(),
        scores(),
        Tensor::from([0, -1]),
        "Perplexity: class -1 is not one of 0 to 2",
    );
}

/// Batches or all at once: the counts are the same, and a reset forgets them.
#[test]
fn batches_add_up() {
    let (y_hat, y) = (Tensor::randn([60, 4]), Tensor::randint(0, 4, [60]));
    fn check(mut metric: impl Metric<Value = f64> + Clone, y_hat: &Tensor, y: &Tensor) {
        let mut whole = metric.clone();
        whole.update(y_hat, y);
        metric.update(&y_hat.i(..7), &y.i(..7));
        metric.reset();
        for at in [0, 20, 40] {
            metric.update(&y_hat.i(at..at + 20), &y.i(at..at + 20));
        }
        let far = (metric.compute() - whole.compute()).abs();
        assert!(
            far < 1e-6 * whole.compute(),
            "{} {}",
            metric.compute(),
            whole.compute()
        );
    }
    check(Accuracy::new(), &y_hat, &y);
    check(Accuracy::new().top_k(2), &y_hat, &y);
    check(Precision::new(4), &y_hat, &y);
    check(Recall::new(4).average(Average::Micro), &y_hat, &y);
    check(F1Score::new(4), &y_hat, &y);
    check(Perplexity::new().ignore_index(2), &y_hat, &y);
    check(MeanSquaredError::new(), &y_hat, &y_hat.flip([1]));
    check(MeanAbsoluteError::new(), &y_hat, &y_hat.flip([1]));
}

/// The figures are sklearn's for these labels.
#[test]
fn averages_are_those_of_sklearn() {
    let y = Tensor::from([0, 1, 2, 0, 1, 2]);
    let guessed = Tensor::from([0, 2, 1, 0, 0, 1]);
    let of = |average| {
        let (mut p, mut r, mut f) = (
            Precision::new(3).average(average),
            Recall::new(3).average(average),
            F1Score::new(3).average(average),
        );
        p.update(&guessed, &y);
        r.update(&guessed, &y);
        f.update(&guessed, &y);
        [p.compute(), r.compute(), f.compute()]
    };
    let close = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(close(of(Average::Macro), [2.0 / 9.0, 1.0 / 3.0, 0.8 / 3.0]));
    assert!(close(of(Average::Micro), [1.0 / 3.0; 3]));
}

#[test]
fn classes_that_do_not_occur_do_not_count() {
    let mut recall = Recall::new(5);
    recall.update(&Tensor::from([0, 0]), &Tensor::from([0, 1]));
    assert_eq!(recall.compute(), 0.5); // of classes 0 and 1
    assert_eq!(Recall::new(5).compute(), 0.0);
}

#[test]
fn binary_takes_probabilities_classes_and_scores() {
    let y = Tensor::from([true, false, true, true]);
    let p = Tensor::from([0.9, 0.4, 0.4, 0.7]);
    let value = |metric: &mut Recall, y_hat: &Tensor| {
        metric.reset();
        metric.update(y_hat, &y);
        metric.compute()
    };
    let half = &mut Recall::binary();
    assert_eq!(value(half, &p), 2.0 / 3.0);
    assert_eq!(value(half, &p.gt(0.5)), 2.0 / 3.0);
    assert_eq!(value(half, &p.gt(0.5).long().one_hot(2).float()), 2.0 / 3.0);
    assert_eq!(value(&mut Recall::binary().threshold(0.3), &p), 1.0);
    let mut f1 = F1Score::binary().threshold(0.3);
    f1.update(&p, &y);
    assert!((f1.compute() - 6.0 / 7.0).abs() < 1e-12);
}

#[test]
fn accuracy_and_perplexity_know_their_extremes() {
    let y = Tensor::from([[0, 1], [2, 0]]);
    let sure = y.one_hot(3).float() * 100.0;
    let (mut acc, mut perplexity) = (Accuracy::new(), Perplexity::new());
    acc.update(&sure, &y);
    acc.update(&y, &y);
    perplexity.update(&sure, &y);
    assert_eq!((acc.compute(), perplexity.compute()), (1.0, 1.0));
    perplexity.reset();
    perplexity.update(&Tensor::zeros([2, 2, 3]), &y);
    assert!((perplexity.compute() - 3.0).abs() < 1e-6);
    assert!(Perplexity::new().compute().is_nan() && MeanSquaredError::new().compute().is_nan());
}

#[test]
fn bleu_is_the_books() {
    let score = bleu("A B B C D", "A B C D E F", 2);
    assert!((score - 0.6815).abs() < 5e-5, "{score}");
    assert_eq!(bleu("A B B C D", "A B C D E F", 4), 0.0);
    // A word counts as often as it stands in the label; a longer prediction is not punished.
    assert_eq!(bleu("a a a a", "a", 1), 0.5);
    assert_eq!(bleu("il est calme .", "il est calme .", 9), 1.0);
    let mut empty = BLEU::new(2);
    empty.update_tokens::<u8>(&[], &[1]);
    assert_eq!(empty.compute(), 0.0);
}

/// A metric of a model's output leaves nothing in the graph.
#[test]
fn nothing_is_recorded() {
    let x = Tensor::ones([2, 2]).requires_grad_(true);
    let (scores, y) = (&x * 2.0, Tensor::from([0, 1]));
    Perplexity::new().update(&scores, &y);
    Accuracy::new().update(&scores, &y);
    MeanSquaredError::new().update(&scores, &x);
    scores.sum().backward();
    assert_eq!(x.grad(), Some(Tensor::full([2, 2], 2.0)));
}
