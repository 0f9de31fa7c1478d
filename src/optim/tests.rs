//! What all optimizers share, and each against numbers from elsewhere.
use crate::{module::StateDict, prelude::*};

fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 2e-7, "{got} instead of {want}");
}

/// A parameter 1 after gradients 0.5, 0.25 and -0.5.
fn three_steps<O: Optimizer>(make: impl Fn(Vec<Param>) -> O) -> [f64; 3] {
    let w = Param::new(Tensor::from([1.0]).double());
    let mut optimizer = make(vec![w.clone()]);
    [0.5, 0.25, -0.5].map(|g| {
        w.set_grad(&Tensor::from([g]).double());
        optimizer.step();
        w.item()
    })
}

#[track_caller]
fn gives<O: Optimizer>(make: impl Fn(Vec<Param>) -> O, want: [f64; 3]) {
    let got = three_steps(make);
    got.into_iter().zip(want).for_each(|(g, w)| near(g, w));
}

/// What PyTorch gives for the optimizers of the book.
#[test]
fn the_optimizers_of_the_book_agree_with_pytorch() {
    gives(|p| SGD::new(p, 0.1), [0.95, 0.925, 0.975]);
    gives(|p| SGD::new(p, 0.1).momentum(0.9), [0.95, 0.88, 0.867]);
    let decay = [0.949, 0.923051, 0.97212795];
    gives(|p| SGD::new(p, 0.1).weight_decay(0.01), decay);
    gives(|p| Adam::new(p, 0.1), [0.9, 0.8067821, 0.7957038]);
    gives(|p| Adagrad::new(p, 0.1), [0.9, 0.8552786, 0.9219453]);
    let rms = [0.9683772, 0.953633, 0.9758006];
    gives(|p| RMSprop::new(p, 0.01).alpha(0.9), rms);
    gives(|p| Adadelta::new(p, 1.0), [0.9968378, 0.9947527, 0.9981399]);
}

/// No reference data: the formulas by hand.
#[test]
fn the_others_follow_their_formulas() {
    // u = 0.5, 0.4995, 0.5; m = 0.05, 0.07, 0.013
    let adamax = [0.9, 0.9 - 0.1 / 0.19 * 0.07 / 0.4995, 0.0];
    let last = adamax[1] - 0.1 / 0.271 * 0.013 / 0.50000001;
    gives(|p| Adamax::new(p, 0.1), [adamax[0], adamax[1], last]);
    // d = 0.1, 0.12, then half of it, and no step after a change of sign
    gives(|p| Rprop::new(p, 0.1), [0.9, 0.78, 0.78]);
    let shrink = 1.0 - 1e-4 * 0.1;
    let one = shrink - 0.05;
    let eta = 0.1 / (1.0f64 + 1e-5).powf(0.75);
    let two = one * (1.0 - 1e-4 * eta) - eta * 0.25;
    let eta = 0.1 / (1.0f64 + 2e-5).powf(0.75);
    let three = two * (1.0 - 1e-4 * eta) + eta * 0.5;
    gives(|p| ASGD::new(p, 0.1), [one, two, three]);
}

#[test]
fn maximize_climbs() {
    let down = three_steps(|p| Adam::new(p, 0.1));
    let up = three_steps(|p| Adam::new(p, 0.1).maximize(true));
    down.into_iter().zip(up).for_each(|(d, u)| near(d + u, 2.0));
}

#[test]
fn parameters_without_gradient_are_left_alone_and_lazy_ones_wait() {
    let (still, lazy) = (Param::new(Tensor::from([2.0])), Param::lazy());
    let mut adam = Adam::new([still.clone(), lazy.clone()], 0.1).weight_decay(1.0);
    adam.step();
    adam.zero_grad();
    assert_eq!(still.item(), 2.0);
    assert!(adam.state_dict().get("0.step").is_none());
    lazy.materialize([2], Constant(1.0));
    lazy.set_grad(&Tensor::from([1.0, -1.0]));
    adam.step();
    assert_eq!(adam.state_dict().get("1.exp_avg").unwrap().shape(), [2]);
    near(lazy.i(0).item(), 0.9);
}

#[test]
fn the_steps_of_a_parameter_are_its_own() {
    let (a, b) = (
        Param::new(Tensor::from([1.0])),
        Param::new(Tensor::from([1.0])),
    );
    let mut adam = Adam::new([a.clone(), b.clone()], 0.1);
    a.set_grad(&Tensor::from([1.0]));
    (0..3).for_each(|_| adam.step());
    b.set_grad(&Tensor::from([1.0]));
    adam.step();
    near(b.item(), 0.9); // a first step is lr
}

#[test]
fn what_a_group_sets_is_not_overridden() {
    let (a, b) = (Param::new(Tensor::ones([1])), Param::new(Tensor::ones([1])));
    let groups = [
        ParamGroup::new([&a]).momentum(0.5).lr(0.2),
        ParamGroup::new([&b]),
    ];
    let mut sgd = SGD::new(groups, 0.1).momentum(0.9).nesterov(true);
    let get = |sgd: &SGD, name| [0, 1].map(|g| sgd.option(g, name).unwrap());
    assert_eq!(get(&sgd, "lr"), [0.2, 0.1]);
    assert_eq!(get(&sgd, "momentum"), [0.5, 0.9]);
    assert_eq!(get(&sgd, "nesterov"), [1.0, 1.0]);
    sgd.set_lr(0.3);
    assert_eq!(get(&sgd, "lr"), [0.3, 0.3]);
    assert_eq!(
        (sgd.lr(), sgd.num_groups(), sgd.option(2, "lr")),
        (0.3, 2, None)
    );
}

#[test]
#[should_panic(expected = "SGD: nesterov needs a momentum and zero dampening")]
fn nesterov_without_momentum_is_refused() {
    three_steps(|p| SGD::new(p, 0.1).nesterov(true));
}

#[test]
fn a_parameter_keeps_what_was_saved_for_backward_from_a_stale_use() {
    let w = Param::new(Tensor::from([2.0]));
    let mut sgd = SGD::new([w.clone()], 0.1);
    let y = w.square();
    w.set_grad(&Tensor::from([1.0]));
    sgd.step();
    let backward = std::panic::AssertUnwindSafe(|| y.backward());
    assert!(
        std::panic::catch_unwind(backward).is_err(),
        "the square has saved w"
    );
}

/// Two parameters, after a few steps.
fn trained(steps: usize) -> ([Param; 2], NAdam) {
    let params = [Tensor::ones([2, 3]), Tensor::ones([4])].map(Param::new);
    let groups = [
        ParamGroup::new([&params[0]]).weight_decay(0.1),
        ParamGroup::new([&params[1]]).lr(0.05),
    ];
    let mut nadam = NAdam::new(groups, 0.01);
    walk(&params, &mut nadam, steps);
    (params, nadam)
}

fn walk(params: &[Param], optimizer: &mut dyn Optimizer, steps: usize) {
    for _ in 0..steps {
        for p in params {
            p.set_grad(&(p.detach().cos() * 0.3));
        }
        optimizer.step();
    }
}

#[test]
fn a_state_lets_another_optimizer_go_on_to_the_bit() {
    let (params, mut nadam) = trained(3);
    let state = nadam.state_dict();
    let (others, mut other) = trained(0);
    for (p, q) in params.iter().zip(&others) {
        no_grad(|| q.copy_(p));
    }
    walk(&params, &mut nadam, 3);
    other.load_state_dict(&state).unwrap();
    walk(&others, &mut other, 3);
    for (p, q) in params.iter().zip(&others) {
        assert_eq!(p.detach(), q.detach());
    }
    assert_eq!(other.option(1, "lr"), Some(0.05));
}

#[test]
fn a_state_that_does_not_fit_changes_nothing() {
    let (_, mut nadam) = trained(2);
    let before = nadam.state_dict();
    let mut state = StateDict::new();
    for (name, value) in before.iter().filter(|(n, _)| *n != "group.1.eps") {
        let value = match name {
            "0.exp_avg" => Tensor::ones([3, 2]),
            "1.step" => Tensor::with_dtype(0.5, DType::F64),
            "group.0.beta1" => Tensor::with_dtype(2.0, DType::F64),
            "group.0.lr" => Tensor::from([1]),
            _ => value.clone(),
        };
        state.insert(name, value);
    }
    state.insert("2.exp_avg", Tensor::ones([1]));
    let error = nadam.load_state_dict(&state).unwrap_err();
    assert_eq!(
        error.to_string(),
        "NAdam: the state does not fit, nothing was loaded: `group.0.lr` is I64 [1], not a number; \
         NAdam: beta1 2 is not in 0..1; `group.1.eps` is missing; \
         `0.exp_avg` is F32 [3, 2], its parameter F32 [2, 3]; `1.step` is 0.5, not a number of steps; \
         unexpected: 2.exp_avg"
    );
    let after = nadam.state_dict();
    assert!(before.iter().eq(after.iter()), "nothing has changed");
}

#[test]
fn a_pair_saves_its_scheduler_too() {
    let pair = || {
        let w = Param::new(Tensor::ones([1]));
        (SGD::new([w], 0.8), StepLR::new(2, 0.5))
    };
    let mut one = pair();
    (0..3).for_each(|_| one.end_epoch(None));
    let mut other = pair();
    other.load_state_dict(&one.state_dict()).unwrap();
    assert_eq!(other.lr(), 0.4);
    for o in [&mut one, &mut other] {
        o.end_epoch(None);
    }
    assert_eq!((one.lr(), other.lr()), (0.2, 0.2));

    let mut plateau = (pair().0, ReduceLROnPlateau::new());
    let error = plateau.load_state_dict(&one.state_dict()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "ReduceLROnPlateau: the state does not fit, nothing was loaded: `best` is missing"
    );
    plateau.end_epoch(Some(3.0));
    let mut again = (pair().0, ReduceLROnPlateau::new());
    again.load_state_dict(&plateau.state_dict()).unwrap();
    assert_eq!(
        again.state_dict().get("scheduler.best").unwrap().item(),
        3.0
    );
}

#[test]
fn a_warm_up_begins_with_the_first_step_of_a_pair() {
    let w = Param::new(Tensor::from([1.0]));
    let schedule = LinearLR::new().start_factor(0.5).total_iters(2);
    let mut pair = (SGD::new([w.clone()], 0.2), schedule);
    w.set_grad(&Tensor::from([1.0]));
    pair.step();
    near(w.item(), 0.9);
    pair.end_epoch(None);
    near(pair.lr(), 0.15);
    assert_eq!(pair.1.progress().base, [0.2]);
}
