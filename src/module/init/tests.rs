use super::*;
use crate::prelude::{LazyLinear, Linear, ModuleExt, ReLU};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[track_caller]
fn refused(init: impl Initializer, shape: &[usize], message: &str) {
    let w = Param::new(Tensor::zeros(shape));
    let refusal = catch_unwind(AssertUnwindSafe(|| _ = w.init(init))).expect_err("it is refused");
    let text = refusal
        .downcast_ref::<String>()
        .expect("a message with values");
    assert_eq!(text, message);
}

#[test]
fn tensors_of_another_kind_are_refused_by_name_and_shape() {
    let fan = |name: &str, shape: &str| {
        format!(
            "{name}: a tensor of shape {shape} has no inputs and outputs to count: at least two axes are needed"
        )
    };
    refused(XavierUniform::new(), &[3], &fan("xavier_uniform_", "[3]"));
    refused(XavierNormal::new(), &[], &fan("xavier_normal_", "[]"));
    refused(KaimingUniform::new(), &[3], &fan("kaiming_uniform_", "[3]"));
    refused(KaimingNormal::new(), &[3], &fan("kaiming_normal_", "[3]"));
    refused(
        Eye,
        &[2, 2, 2],
        "eye_: a tensor of shape [2, 2, 2] is not a matrix",
    );
    refused(
        Sparse::new(0.5),
        &[2],
        "sparse_: a tensor of shape [2] is not a matrix",
    );
    refused(
        Orthogonal::new(),
        &[2],
        "orthogonal_: a tensor of shape [2] is not a matrix: at least two axes are needed",
    );
    refused(
        Dirac::new(),
        &[2, 2],
        "dirac_: a tensor of shape [2, 2] is not the kernel of a convolution: three to five axes are needed",
    );
    refused(
        Dirac::new().groups(2),
        &[3, 1, 3],
        "dirac_: 2 groups do not divide the 3 output channels of [3, 1, 3]",
    );
}

#[test]
fn a_refusal_is_at_the_users_line() {
    let place = std::sync::Arc::new(std::sync::Mutex::new(None));
    let (seen, this) = (place.clone(), std::thread::current().id());
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if std::thread::current().id() == this {
            *seen.lock().unwrap() = info.location().map(|l| (l.file().to_string(), l.line()));
        }
    }));
    let w = Param::new(Tensor::zeros([3]));
    let line = line!() + 1;
    let _ = catch_unwind(AssertUnwindSafe(|| _ = xavier_uniform_(&w)));
    std::panic::set_hook(hook);
    assert_eq!(*place.lock().unwrap(), Some((file!().to_string(), line)));
}

#[test]
fn empty_tensors_start_as_they_are() {
    for shape in [[0, 3], [3, 0], [0, 0]] {
        let w = Param::new(Tensor::zeros(shape));
        xavier_uniform_(&w);
        xavier_normal_(&w);
        kaiming_uniform_(&w);
        kaiming_normal_(&w);
        orthogonal_(&w);
        sparse_(&w, 0.5);
        eye_(&w);
        trunc_normal_(&w, 0.0, 1.0);
        assert_eq!(w.shape(), shape);
    }
}

#[test]
fn every_initialiser_takes_effect_on_a_lazy_parameter() {
    let start = |lazy: bool, init: fn(&Param) -> &Param| {
        d2l_core::manual_seed(5);
        let w = Param::lazy();
        if lazy {
            init(&w);
        }
        w.materialize([6, 4], Zeros);
        if !lazy {
            init(&w);
        }
        w.to_vec::<f32>()
    };
    let all: [fn(&Param) -> &Param; 11] = [
        |w| uniform_(w, -1.0, 1.0),
        |w| normal_(w, 0.0, 1.0),
        |w| trunc_normal_(w, 0.0, 1.0),
        |w| constant_(w, 3.0),
        ones_,
        eye_,
        xavier_uniform_,
        xavier_normal_,
        kaiming_uniform_,
        kaiming_normal_,
        |w| orthogonal_(w).init(Sparse::new(0.5)),
    ];
    for init in all {
        let now = start(false, init);
        assert_eq!(start(true, init), now);
        assert!(now.iter().any(|&x| x != 0.0));
    }
}

#[test]
fn sparse_columns_have_zeros_at_places_of_their_own() {
    let w = Param::new(Tensor::ones([20, 30]));
    w.init(Sparse::new(0.33).std(2.0));
    let zero = w.eq(0);
    assert_eq!(zero.long().sum_dim(0), Tensor::full([30], 7));
    assert!(zero.long().sum_dim(1).ne(0).long().sum().item() > 15.0);
    assert!((w.square().sum().item() / (13.0 * 30.0)).sqrt() > 1.5);
    assert_eq!(**sparse_(&w, 1.0), Tensor::zeros([20, 30]));
}

#[test]
fn orthogonal_is_so_for_every_form_in_both_precisions() {
    for shape in [&[3, 5][..], &[5, 3], &[4, 4], &[2, 3, 2], &[7, 1]] {
        for dtype in [d2l_core::DType::F32, d2l_core::DType::F64] {
            let w = Param::new(Tensor::zeros(shape).to_dtype(dtype));
            orthogonal_(&w);
            let m = w.detach().reshape([shape[0], w.numel() / shape[0]]);
            let gram = if m.size(0) <= m.size(1) {
                m.matmul(&m.t())
            } else {
                m.t().matmul(&m)
            };
            let off = (gram - Tensor::eye(m.size(0).min(m.size(1))).to_dtype(dtype))
                .abs()
                .max();
            let allowed = if dtype == d2l_core::DType::F32 {
                1e-6
            } else {
                1e-14
            };
            assert!(off.item() < allowed, "{shape:?}: {off}");
        }
    }
}

#[test]
fn a_lazy_layer_is_found_as_the_layer_it_becomes() {
    let net = crate::sequential![Linear::new(2, 3), ReLU, LazyLinear::new(1)];
    let (mut found, mut lazy) = (Vec::new(), 0);
    net.apply_to::<Linear>(|l| found.push(l.weight.is_initialized()));
    net.apply_to::<LazyLinear>(|_| lazy += 1);
    assert_eq!((found, lazy), (vec![true, false], 1));
    assert!(net.get::<Linear>(2).is_some() && net.get::<LazyLinear>(2).is_some());
    assert!(net.get::<LazyLinear>(0).is_none());
    assert_eq!(
        net.get::<Linear>(2).unwrap().repr().to_string(),
        "LazyLinear(in_features=0, out_features=1, bias=True)"
    );
    let x = Tensor::ones([1, 2]);
    let shared = std::sync::Arc::new(LazyLinear::new(4));
    shared.apply_to::<Linear>(|l| _ = l.weight.fill_(1.0));
    assert_eq!(shared.forward(&x).shape(), [1, 4]);
    assert_eq!(*shared.weight, Tensor::ones([4, 2]));
}
