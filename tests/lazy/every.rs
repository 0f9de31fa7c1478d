//! What holds for every lazy layer before its first forward.
use super::{file, panic_message};
use d2l::prelude::*;

/// Name, how it is made, the shape of an input.
type Entry = (&'static str, fn() -> Sequential, &'static [usize]);

/// Every lazy layer.
const LAZY: [Entry; 13] = [
    ("LazyLinear", || sequential![LazyLinear::new(2)], &[4, 3]),
    (
        "LazyConv1d",
        || sequential![LazyConv1d::new(2, 2)],
        &[4, 3, 5],
    ),
    (
        "LazyConv2d",
        || sequential![LazyConv2d::new(2, (2, 1))],
        &[4, 3, 5, 5],
    ),
    (
        "LazyConv3d",
        || sequential![LazyConv3d::new(2, 2)],
        &[1, 3, 2, 3, 3],
    ),
    (
        "LazyConvTranspose1d",
        || sequential![LazyConvTranspose1d::new(2, 2)],
        &[4, 3, 5],
    ),
    (
        "LazyConvTranspose2d",
        || sequential![LazyConvTranspose2d::new(2, 2)],
        &[4, 3, 5, 5],
    ),
    (
        "LazyConvTranspose3d",
        || sequential![LazyConvTranspose3d::new(2, 2)],
        &[1, 3, 2, 3, 3],
    ),
    (
        "LazyBatchNorm1d",
        || sequential![LazyBatchNorm1d::new()],
        &[4, 3],
    ),
    (
        "LazyBatchNorm2d",
        || sequential![LazyBatchNorm2d::new()],
        &[4, 3, 2, 2],
    ),
    (
        "LazyBatchNorm3d",
        || sequential![LazyBatchNorm3d::new()],
        &[4, 3, 2, 2, 1],
    ),
    (
        "LazyInstanceNorm1d",
        || sequential![LazyInstanceNorm1d::new().affine(true)],
        &[4, 3, 5],
    ),
    (
        "LazyInstanceNorm2d",
        || sequential![instance_norm()],
        &[4, 3, 5, 2],
    ),
    (
        "LazyInstanceNorm3d",
        || sequential![LazyInstanceNorm3d::new().affine(true)],
        &[4, 3, 5, 2, 1],
    ),
];

/// With running statistics, which the others lack.
fn instance_norm() -> LazyInstanceNorm2d {
    LazyInstanceNorm2d::new()
        .affine(true)
        .track_running_stats(true)
}

fn known(net: &Sequential) -> bool {
    let parameters = net.parameters();
    assert!(!parameters.is_empty());
    let known = parameters.iter().filter(|p| p.is_initialized()).count();
    assert!(known == 0 || known == parameters.len(), "all or none");
    known > 0
}

/// The table above names all that there are.
#[test]
fn every_lazy_layer_is_in_the_table() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/nn/mod.rs");
    let text = std::fs::read_to_string(folder).unwrap();
    let words = text.split(|c: char| !c.is_alphanumeric());
    let lazy: std::collections::BTreeSet<&str> = words
        .filter(|w| w.starts_with("Lazy") && w.len() > "Lazy".len())
        .collect();
    assert_eq!(lazy, LAZY.iter().map(|l| l.0).collect());
}

#[test]
fn a_lazy_layer_is_printed_counted_and_summarised_before_the_first_forward() {
    for (name, make, shape) in LAZY {
        let net = make();
        assert_eq!(net[0].type_name(), name);
        assert!(
            net.repr().to_string().contains(&format!("(0): {name}(")),
            "{}",
            net.repr()
        );
        assert_eq!(net.num_parameters(), 0, "{name}");
        let summary = net.summary(shape);
        assert!(summary.num_parameters > 0, "{name}");
        assert!(!known(&net), "{name}: a summary fixes nothing");
        net.forward(&Tensor::rand(shape));
        assert!(!net.repr().to_string().contains("Lazy"), "{}", net.repr());
        assert_eq!(net.num_parameters(), summary.num_parameters, "{name}");
    }
}

#[test]
fn a_lazy_layer_is_initialised_cloned_frozen_and_tied_before_the_first_forward() {
    for (name, make, shape) in LAZY {
        let net = make();
        net.parameters()[0].fill_(0.25);
        net.freeze("0.bias");
        let (copy, tied) = (net.clone(), net.parameters()[0].clone());
        copy.parameters()[0].fill_(0.5);
        net.forward(&Tensor::rand(shape));
        assert!(!known(&copy), "{name}: the copy has shapes of its own");
        copy.forward(&Tensor::rand(shape));
        for (net, value) in [(&net, 0.25), (&copy, 0.5)] {
            let [weight, bias] = &net.parameters()[..] else {
                panic!("{name}: not two parameters")
            };
            assert!(weight.eq(value).all(), "{name}: {weight:?}");
            assert_eq!(
                (weight.requires_grad(), bias.requires_grad()),
                (true, false),
                "{name}"
            );
        }
        assert!(
            tied.same(&net.parameters()[0]) && tied.is_initialized(),
            "{name}"
        );
    }
}

#[test]
fn an_optimizer_made_before_the_first_forward_trains_a_lazy_layer() {
    for (name, make, shape) in LAZY {
        let net = make();
        let mut sgd = SGD::new(net.parameters(), 0.5);
        sgd.zero_grad();
        sgd.step();
        net.parameters()[1].fill_(0.0);
        net.forward(&Tensor::rand(shape)).sum().backward();
        sgd.step();
        let bias = &net.parameters()[1];
        assert!(bias.lt(0.0).all(), "{name}: {bias:?}");
    }
}

#[test]
fn a_lazy_layer_takes_its_shapes_from_a_file() {
    for (name, make, shape) in LAZY {
        let (path, old, new) = (file(name), make(), make());
        let x = Tensor::rand(shape);
        old.forward(&x);
        old.save(&path).unwrap();
        new.load(&path).unwrap();
        std::fs::remove_file(path).unwrap();
        assert!(
            known(&new) && !new.repr().to_string().contains("Lazy"),
            "{name}"
        );
        old.eval();
        new.eval();
        assert_eq!(new.forward(&x), old.forward(&x), "{name}");
    }
}

/// What has no shape is not in the file; what the layer knows from the start is.
#[test]
fn the_state_of_a_lazy_layer_before_the_first_forward_has_no_parameters() {
    for (name, make, shape) in LAZY {
        let state = make().state_dict();
        let counts = |k: &str| k == "0.num_batches_tracked";
        assert!(state.keys().all(counts), "{name}: {state:?}");
        let net = make();
        let missing = net.load_state_dict(&state).unwrap_err().missing;
        let names: Vec<_> = net.named_parameters().into_iter().map(|p| p.0).collect();
        assert!(
            names.iter().all(|n| missing.contains(n)),
            "{name}: {missing:?}"
        );
        let run = make();
        run.forward(&Tensor::rand(shape));
        assert_eq!(
            run.state_dict().len(),
            state.len() + missing.len(),
            "{name}"
        );
    }
}

#[test]
fn a_failed_first_forward_leaves_a_lazy_layer_as_it_was() {
    for (name, make, shape) in LAZY {
        let net = make();
        let numbers = panic_message(|| drop(net.forward(&Tensor::from(1.0))));
        assert!(numbers.contains(&format!("(in 0, {name})")), "{numbers}");
        let integers = panic_message(|| drop(net.forward(&Tensor::ones(shape).long())));
        assert!(integers.contains("the input is i64"), "{name}: {integers}");
        assert!(!known(&net), "{name}");
        net.forward(&Tensor::rand(shape));
        assert!(known(&net), "{name}");
    }
}

#[test]
fn visitors_find_a_lazy_layer_as_what_it_becomes() {
    let net = sequential![
        LazyConv2d::new(1, 3),
        LazyBatchNorm2d::new(),
        Conv2d::new(1, 1, 1)
    ];
    let mut found = 0;
    net.apply_to::<Conv2d>(|layer| {
        found += 1;
        init::xavier_uniform_(&layer.weight);
    });
    net.apply_to::<BatchNorm2d>(|layer| {
        layer.weight.fill_(0.5);
    });
    assert_eq!(found, 2);
    net.forward(&Tensor::rand([2, 1, 4, 4]));
    assert_eq!(*net.parameters()[2], Tensor::from([0.5]));
}

#[test]
fn lz_7_the_books_networks_are_made_of_lazy_layers() {
    let net = sequential![
        LazyConv2d::new(6, 5).padding(2),
        LazyBatchNorm2d::new(),
        Sigmoid,
        AvgPool2d::new(2).stride(2),
        Flatten,
        LazyLinear::new(120),
        LazyBatchNorm1d::new(),
        LazyLinear::new(10),
    ];
    assert_eq!(net.forward(&Tensor::rand([3, 1, 28, 28])).shape(), [3, 10]);
    let shapes = net.named_parameters();
    let shapes = shapes.iter().map(|(name, p)| (name.as_str(), p.shape()));
    let weights: Vec<_> = shapes.filter(|s| s.0.ends_with("weight")).collect();
    assert_eq!(
        weights,
        [
            ("0.weight", &[6, 1, 5, 5][..]),
            ("1.weight", &[6]),
            ("5.weight", &[120, 1176]),
            ("6.weight", &[120]),
            ("7.weight", &[10, 120]),
        ]
    );
}

#[test]
fn lz_13_a_dry_run_disturbs_no_state() {
    let net = sequential![Conv2d::new(1, 2, 3), BatchNorm2d::new(2), Dropout::new(0.5)];
    net.train();
    net.forward(&Tensor::rand([4, 1, 8, 8]));
    let before = net.state_dict();
    assert!(before.get("1.running_mean").is_some());
    manual_seed(5);
    let _ = net.summary([4, 1, 8, 8]).to_string();
    let drawn = Tensor::rand([3]);
    for (name, t) in net.state_dict().iter() {
        assert_eq!(Some(t), before.get(name), "{name}");
    }
    assert!(net.is_training());
    manual_seed(5);
    assert_eq!(Tensor::rand([3]), drawn, "a summary draws no numbers");
}
