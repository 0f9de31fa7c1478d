//! `save_hyperparameters` (book 3.2): a constructor's arguments become fields, by name.
use super::*;

struct B {
    a: i64,
    b: i64,
}

#[add_to_class(B)]
fn new(a: i64, b: i64, c: i64) -> Self {
    assert_eq!(
        c, 3,
        "an ignored argument is there inside of the constructor"
    );
    save_hyperparameters!(ignore = [c])
}

fn names(x: &impl HyperParameters) -> Vec<String> {
    x.hparams().keys().cloned().collect()
}

#[test]
fn hp_1_one_call_stores_every_argument_as_a_field() {
    let b = B::new(1, 2, 3);
    assert_eq!(
        format!("self.a = {} self.b = {}", b.a, b.b),
        "self.a = 1 self.b = 2"
    );
}

#[test]
fn hp_2_ignored_arguments_are_left_out() {
    assert!(!B::new(1, 2, 3).hparams().contains_key("c"));
}

struct Hidden {
    kept: usize,
}

#[add_to_class(Hidden)]
fn new(kept: usize, _c: usize) -> Self {
    save_hyperparameters!()
}

#[test]
fn hp_3_names_that_begin_with_an_underscore_are_never_stored() {
    let hidden = Hidden::new(1, 2);
    assert_eq!((hidden.kept, names(&hidden)), (1, vec!["kept".to_string()]));
}

/// Settings with defaults are builder methods, so the default is a stored value like any other.
#[test]
fn hp_4_default_values_are_stored_too() {
    assert_eq!(synthetic().hparams()["noise"], 0.01);
    assert_eq!(synthetic().noise(0.5).hparams()["noise"], 0.5);
}

#[derive(Module)]
struct LinearRegressionScratch {
    #[hparam]
    num_inputs: usize,
    #[hparam]
    lr: f64,
    #[hparam]
    sigma: f64,
    w: Param,
    b: Param,
}

#[add_to_class(LinearRegressionScratch)]
fn new(num_inputs: usize, lr: f64, sigma: f64) -> Self {
    let w = Param::new(Tensor::normal(0.0, sigma, [num_inputs, 1]));
    save_hyperparameters!(w, b: Tensor::zeros([1]).into())
}

#[test]
fn hp_5_the_stored_names_and_values_are_kept_as_a_map() {
    let model = LinearRegressionScratch::new(2, 0.03, 0.01);
    let hparams = model.hparams();
    assert_eq!(names(&model), ["num_inputs", "lr", "sigma"]);
    assert_eq!(hparams["num_inputs"], 2);
    assert_eq!(
        (&hparams["lr"], &hparams["sigma"]),
        (&0.03.into(), &0.01.into())
    );
    assert_eq!((model.w.shape(), model.b.shape()), (&[2, 1][..], &[1][..]));
}

struct Local {
    a: i64,
    total: i64,
}

#[add_to_class(Local)]
fn new(a: i64) -> Self {
    let tmp = a * a;
    let total = tmp + 1;
    save_hyperparameters!(total)
}

#[test]
fn hp_7_local_variables_are_not_stored() {
    let local = Local::new(3);
    assert_eq!(
        (local.a, local.total, names(&local)),
        (3, 10, vec!["a".to_string()])
    );
}

/// A struct holds its base instead of inheriting from it: both keep what they were given.
#[test]
fn hp_8_two_levels_keep_both_sets() {
    struct Base {
        a: i64,
    }
    #[add_to_class(Base)]
    fn new(a: i64) -> Self {
        save_hyperparameters!()
    }

    struct Derived {
        base: Base,
        a: i64,
        b: i64,
    }
    #[add_to_class(Derived)]
    fn new(a: i64, b: i64) -> Self {
        save_hyperparameters!(base: Base::new(10 * a))
    }

    let d = Derived::new(1, 2);
    assert_eq!((d.a, d.b, d.base.a), (1, 2, 10));
    assert_eq!(names(&d), ["a", "b"]);
    assert_eq!(d.base.hparams()["a"], 10);
}

#[derive(Module)]
struct Rnn {
    w_xh: Param,
    w_hh: Param,
    b_h: Param,
}

#[derive(Module)]
struct LanguageModel {
    w_hq: Param,
    b_q: Param,
    rnn: Rnn,
    #[hparam]
    vocab_size: usize,
}

#[add_to_class(LanguageModel)]
fn new(rnn: Rnn, vocab_size: usize) -> Self {
    let w_hq = Param::new(Tensor::zeros([4, vocab_size]));
    save_hyperparameters!(w_hq, b_q: Tensor::zeros([vocab_size]).into(), ignore = [rnn], rnn)
}

#[test]
fn hp_9_a_stored_module_becomes_a_part_of_the_model() {
    let p = |n| Param::new(Tensor::zeros([n, 4]));
    let rnn = Rnn {
        w_xh: p(8),
        w_hh: p(4),
        b_h: p(1),
    };
    let model = LanguageModel::new(rnn, 8);
    let paths: Vec<_> = model.named_parameters().into_iter().map(|p| p.0).collect();
    assert_eq!(paths, ["w_hq", "b_q", "rnn.w_xh", "rnn.w_hh", "rnn.b_h"]);
    assert_eq!(names(&model), ["vocab_size"]);
    assert_eq!(model.vocab_size, 8);
}

#[test]
fn hp_10_any_struct_can_have_hyperparameters() {
    struct Searcher {
        trials: usize,
        space: Vec<f64>,
    }
    #[add_to_class(Searcher)]
    fn new(trials: usize, space: Vec<f64>) -> Self {
        save_hyperparameters!()
    }

    let searcher = Searcher::new(5, vec![0.1, 0.01]);
    assert_eq!((searcher.trials, searcher.space.len()), (5, 2));
    assert_eq!(
        searcher.hparams()["space"].as_array().map(Vec::len),
        Some(2)
    );
    assert_eq!(names(&synthetic())[..2], ["w", "b"]);
    assert!(trainer(3).hparams().contains_key("max_epochs"));
}

#[test]
fn hp_11_fields_can_be_changed_after_saving() {
    let mut model = LinearRegression::new(0.1);
    model.lr *= 2.0;
    assert_eq!(model.lr, 0.2);
    assert_eq!(model.hparams()["lr"], 0.2);
}

#[test]
fn hp_12_one_set_of_hyperparameters_builds_several_models() {
    let hparams = LinearRegressionScratch::new(3, 0.5, 0.01).hparams();
    let [a, b] = [(); 2].map(|()| LinearRegressionScratch::from_hparams(&hparams, ()).unwrap());
    assert_eq!((a.num_inputs, a.lr, a.sigma), (b.num_inputs, b.lr, b.sigma));
    assert!(!a.w.same(&b.w), "each has its own parameters");

    #[derive(Module)]
    struct Other {
        #[hparam]
        num_inputs: usize,
        #[hparam]
        lr: f64,
        #[hparam]
        sigma: f64,
    }
    #[add_to_class(Other)]
    fn new(num_inputs: usize, lr: f64, sigma: f64) -> Self {
        save_hyperparameters!()
    }
    let other = Other::from_hparams(&hparams, ()).unwrap();
    assert_eq!((other.num_inputs, other.lr, other.sigma), (3, 0.5, 0.01));
}
