//! What PyTorch promises of gradients, one test each.
use crate::{DType, HookHandle, Tensor, detect_anomaly, grad, is_grad_enabled, no_grad};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

fn leaf(numbers: &[f64]) -> Tensor {
    Tensor::from(numbers).requires_grad_(true)
}

/// The message with which `f` panics.
fn refusal<R>(f: impl FnOnce() -> R) -> String {
    let caught = catch_unwind(AssertUnwindSafe(|| drop(f())));
    *caught.expect_err("a panic").downcast::<String>().unwrap()
}

/// A million, but few where an interpreter runs the test.
const MANY: usize = if cfg!(miri) { 500 } else { 1_000_000 };

#[test]
fn a_million_nodes_do_not_overflow() {
    let x = Tensor::from(1.0).requires_grad_(true);
    let mut y = x.clone();
    for _ in 0..MANY {
        y = &y * 1.0;
    }
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 1.0);
    let mut kept = x.clone();
    for _ in 0..MANY {
        kept = kept.tanh();
    }
    drop(kept);
}

#[test]
fn third_derivatives_work() {
    let f = |x: &Tensor| x * x * x * x;
    let third = grad(|x: &Tensor| grad(|x: &Tensor| grad(f)(x))(x));
    assert_eq!(third(&Tensor::from(2.0)).item(), 48.0);
}

#[test]
fn a_change_of_what_backward_needs_names_the_operation() {
    let x = leaf(&[1.0, 2.0]);
    let y = x.square();
    no_grad(|| x.i(0).fill_(7.0)); // through a view
    let e = refusal(|| y.sum().backward());
    let says =
        "backward: a tensor of shape [2] that `square` saved for backward was changed in place";
    assert!(e.starts_with(says), "{e}");
    assert!(
        e.contains("change a `copy()`, or call backward first"),
        "{e}"
    );
}

#[test]
fn a_change_of_what_backward_does_not_need_is_harmless() {
    let x = leaf(&[1.0, 2.0]);
    let y = &x * 3.0 + 1.0;
    no_grad(|| (x.fill_(7.0), y.fill_(7.0)));
    y.sum().backward();
    assert_eq!(x.grad(), Some(Tensor::from([3.0, 3.0])));
}

#[test]
fn a_change_of_positions_and_masks_is_noticed() {
    let x = leaf(&[1.0, 2.0, 3.0]);
    let (labels, at) = (Tensor::from(1), Tensor::from([0, 2]));
    let mask = Tensor::from([true, false, true]);
    let (_, index) = x.max_dim(0);
    let ys: [(Tensor, &Tensor, f64); 5] = [
        (x.cross_entropy(&labels), &labels, 0.0),
        (x.max_dim(0).0, &index, 0.0),
        (x.masked_fill(&mask, 0.0), &mask, 0.0),
        (x.gather(0, &at), &at, 1.0),
        (x.index_select(0, &at), &at, 1.0),
    ];
    for (k, (y, changed, to)) in ys.iter().enumerate() {
        x.zero_grad();
        y.sum().backward_retain_graph();
        let before = x.grad().unwrap().copy();
        x.zero_grad();
        changed.fill_(*to);
        match catch_unwind(AssertUnwindSafe(|| y.sum().backward())) {
            Ok(()) => assert_eq!(x.grad(), Some(before), "operation {k}"),
            Err(e) => {
                let e = e.downcast::<String>().unwrap();
                assert!(e.contains("was changed in place afterwards"), "{e}");
            }
        }
    }
}

#[test]
fn only_floats_can_have_gradients() {
    for dtype in [DType::I64, DType::U8, DType::Bool] {
        let e = refusal(|| Tensor::ones([2]).to_dtype(dtype).requires_grad_(true));
        assert_eq!(
            e,
            format!("requires_grad_: a {dtype} tensor cannot have a gradient")
        );
    }
    let x = leaf(&[1.0, 2.0]);
    let ints = [
        x.long(),
        x.bool(),
        x.gt(1.0),
        x.argmax(),
        x.max_dim(0).1,
        x.isnan(),
    ];
    assert!(ints.iter().all(|t| !t.requires_grad()));
}

#[test]
fn a_second_backward_needs_the_graph_retained() {
    let x = leaf(&[2.0]);
    let y = x.exp().square().sum();
    y.backward();
    let e = refusal(|| y.backward());
    let says = "backward: the graph behind `sum` was freed by an earlier backward; \
                call `backward_retain_graph` the first time";
    assert_eq!(e, says);
    x.zero_grad();
    let y = x.exp().square().sum();
    y.backward_retain_graph();
    let once = x.grad().unwrap().item();
    y.backward();
    assert_eq!(x.grad().unwrap().item(), 2.0 * once);
}

#[test]
fn a_part_of_the_graph_that_was_freed_is_refused() {
    let x = leaf(&[2.0]);
    let shared = x.exp();
    (&shared * 2.0).backward();
    let e = refusal(|| (&shared * 3.0).backward());
    assert!(e.contains("the graph behind `exp` was freed"), "{e}");
}

#[test]
fn backward_needs_one_number_or_a_vector() {
    let x = leaf(&[1.0, 2.0]);
    let e = refusal(|| (&x * 2.0).backward());
    let says =
        "backward: a tensor of shape [2] is not a single number: reduce it, or use `backward_with`";
    assert_eq!(e, says);
    let e = refusal(|| (&x * 2.0).backward_with(&Tensor::ones([3])));
    assert_eq!(
        e,
        "backward: the given gradient has shape [3], the tensor [2]"
    );
    (&x * 2.0).backward_with(&Tensor::from([1, 10]));
    assert_eq!(x.grad(), Some(Tensor::from([2.0, 20.0])));
    let e = refusal(|| x.detach().sum().backward());
    assert!(
        e.contains("does not depend on anything that requires a gradient; was it"),
        "{e}"
    );
    assert!(refusal(|| Tensor::from(1).backward()).starts_with("backward: the tensor does not"));
}

#[test]
fn gradients_add_up_in_place() {
    let x = leaf(&[1.0, 2.0]);
    (&x * 2.0).sum().backward();
    let first = x.grad().unwrap();
    (&x * 3.0).sum().backward();
    assert!(x.grad().unwrap().same(&first));
    assert_eq!(first, Tensor::from([5.0, 5.0]));
}

#[test]
fn no_two_tensors_share_a_gradient() {
    let (a, b) = (leaf(&[1.0, 2.0]), leaf(&[3.0, 4.0]));
    let v = Tensor::ones([2]);
    (&a + &b).backward_with(&v);
    a.grad().unwrap().mul_(10.0);
    assert_eq!(a.grad(), Some(Tensor::from([10.0, 10.0])));
    assert_eq!((b.grad(), v), (Some(Tensor::ones([2])), Tensor::ones([2])));
}

#[test]
fn a_tensor_used_twice_gets_both_gradients() {
    let x = leaf(&[3.0]);
    let y = &x * &x;
    (&y * &x + &y + &x).sum().backward();
    assert_eq!(x.grad().unwrap().item(), 27.0 + 6.0 + 1.0);
}

#[test]
fn only_leaves_keep_their_gradient() {
    let x = leaf(&[1.0, 2.0]);
    let (y, z) = (&x * 2.0, &x * 5.0);
    y.retain_grad();
    y.retain_grad();
    x.retain_grad();
    assert_eq!([&x, &y, &z].map(|t| t.retains_grad()), [false, true, false]);
    assert_eq!([&x, &y, &z].map(|t| t.is_leaf()), [true, false, false]);
    (&y.square() + &z).sum().backward_retain_graph();
    assert_eq!((y.grad(), z.grad()), (Some(Tensor::from([4.0, 8.0])), None));
    y.sum().backward();
    assert_eq!(y.grad(), Some(Tensor::from([5.0, 9.0])));
    let e = refusal(|| x.detach().retain_grad());
    assert!(
        e.starts_with("retain_grad: the tensor needs no gradient"),
        "{e}"
    );
}

#[test]
fn a_detached_tensor_shares_data_and_no_graph() {
    let x = leaf(&[1.0, 2.0]);
    let d = x.square().detach();
    assert!(d.is_leaf() && !d.requires_grad());
    assert!(x.detach().shares_storage(&x) && !x.detach().same(&x));
    (&x * &d).sum().backward();
    assert_eq!(x.grad(), Some(Tensor::from([1.0, 4.0])));
    let y = x.square();
    no_grad(|| x.detach().fill_(0.0));
    assert!(refusal(|| y.sum().backward()).contains("was changed in place"));
}

#[test]
fn no_grad_nests_and_ends_also_by_a_panic() {
    let x = leaf(&[1.0]);
    assert!(is_grad_enabled());
    no_grad(|| {
        no_grad(|| assert!(!is_grad_enabled()));
        assert!(!is_grad_enabled() && !(&x * 2.0).requires_grad());
    });
    refusal(|| no_grad(|| panic!("{}", 1)));
    assert!(is_grad_enabled() && (&x * 2.0).requires_grad());
    std::thread::scope(|s| {
        no_grad(|| s.spawn(|| assert!(is_grad_enabled())).join().unwrap());
    });
}

#[test]
fn requires_grad_can_be_switched_on_leaves_alone() {
    let x = leaf(&[1.0]);
    let y = &x * 2.0;
    let e = refusal(|| y.requires_grad_(false));
    assert_eq!(
        e,
        "requires_grad_: the tensor is computed from others; use `detach()`"
    );
    assert!(!x.requires_grad_(false).requires_grad());
    assert!(!(&x * 2.0).requires_grad());
}

#[test]
fn a_gradient_that_is_set_fits_its_tensor() {
    let x = leaf(&[1.0, 2.0]);
    let e = refusal(|| x.set_grad(&Tensor::ones([3])));
    assert_eq!(e, "set_grad: f32 [3] is no gradient of f32 [2]");
    x.set_grad(&Tensor::from([1.0, 2.0]));
    x.sum().backward();
    assert_eq!(x.grad(), Some(Tensor::from([2.0, 3.0])));
    x.zero_grad();
    assert_eq!(x.grad(), None);
}

#[test]
fn hooks_see_complete_gradients_and_may_replace_them() {
    let x = leaf(&[1.0, 2.0]);
    let y = &x * 2.0;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    y.register_hook(move |g| {
        log.lock().unwrap().push(g.copy());
        None
    });
    let halved = y.register_hook(|g| Some(g * 0.5));
    y.retain_grad();
    let pass = || (&y * 3.0 + &y.square()).sum().backward_retain_graph();
    pass();
    assert_eq!(*seen.lock().unwrap(), [Tensor::from([7.0, 11.0])]);
    assert_eq!(y.grad(), Some(Tensor::from([3.5, 5.5])));
    assert_eq!(x.grad(), Some(Tensor::from([7.0, 11.0])));
    halved.remove();
    x.zero_grad();
    pass();
    assert_eq!(x.grad(), Some(Tensor::from([14.0, 22.0])));
    assert_eq!(seen.lock().unwrap().len(), 2);
}

#[test]
fn a_hook_keeps_shape_and_dtype() {
    let x = leaf(&[1.0, 2.0]);
    x.register_hook(|g| Some(g.sum()));
    let e = refusal(|| x.sum().backward());
    assert_eq!(
        e,
        "register_hook: the hook made f32 [] of a gradient that is f32 [2]"
    );
    let e = refusal(|| x.detach().register_hook(|_| None));
    assert!(
        e.starts_with("register_hook: the tensor needs no gradient"),
        "{e}"
    );
}

#[test]
fn a_complete_gradient_is_announced_once_per_pass_and_early() {
    let (early, late) = (leaf(&[1.0]), leaf(&[2.0]));
    let order = Arc::new(Mutex::new(Vec::new()));
    let tell = |name: &'static str| {
        let order = order.clone();
        move |p: &Tensor| order.lock().unwrap().push((name, p.grad().unwrap().item()))
    };
    early.register_post_accumulate_grad_hook(tell("first layer"));
    let last = late.register_post_accumulate_grad_hook(tell("last layer"));
    // The layers that ran last are complete first.
    let loss = || (&(&early * 3.0 + &early) * &late).sum();
    loss().backward();
    assert_eq!(
        *order.lock().unwrap(),
        [("last layer", 4.0), ("first layer", 8.0)]
    );
    last.remove();
    loss().backward();
    assert_eq!(order.lock().unwrap()[2..], [("first layer", 16.0)]);
    let y = &early * 2.0;
    let e = refusal(|| y.register_post_accumulate_grad_hook(|_| {}));
    assert!(e.contains("the tensor is computed from others"), "{e}");
}

#[test]
fn a_hook_may_remove_itself() {
    let x = leaf(&[2.0]);
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = calls.clone();
    let handle = Arc::new(Mutex::new(None::<HookHandle>));
    let own = handle.clone();
    *handle.lock().unwrap() = Some(x.register_hook(move |g| {
        counted.fetch_add(1, Relaxed);
        own.lock().unwrap().take().unwrap().remove();
        Some(g * 2.0)
    }));
    x.sum().backward();
    x.sum().backward();
    assert_eq!((calls.load(Relaxed), x.grad().unwrap().item()), (1, 3.0));
}

#[test]
fn the_graph_is_freed_as_backward_passes() {
    let x = leaf(&[1.0, 2.0]);
    let big = x.exp();
    let storage = big.detach();
    let y = big.square().sum();
    drop(big);
    assert!(!storage.owns_storage());
    y.backward();
    assert!(storage.owns_storage());
}

#[test]
fn backward_may_run_on_several_threads_at_once() {
    let x = leaf(&[1.0, 2.0]);
    std::thread::scope(|s| {
        for _ in 0..4 {
            s.spawn(|| (0..10).for_each(|_| (&x * 2.0).sum().backward()));
        }
    });
    assert_eq!(x.grad(), Some(Tensor::from([80.0, 80.0])));
}

#[test]
fn the_mode_for_anomalies_ends() {
    let x = leaf(&[0.0]);
    let nan = || (x.sqrt() * 0.0).sum().backward();
    assert!(refusal(|| detect_anomaly(nan)).contains("`sqrt` gave NaN"));
    nan();
    assert!(x.grad().unwrap().item().is_nan());
}
