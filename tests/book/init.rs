//! Initialisation (book 6.3), as far as dense layers go.
use super::*;
use d2l::init::Initializer;

fn net() -> Sequential {
    sequential![Linear::new(4, 8), ReLU, Linear::new(8, 1)]
}

#[test]
fn in_1_apply_visits_parts_before_wholes() {
    let nested = sequential![net(), Linear::new(1, 1)];
    let mut seen = Vec::new();
    nested.apply(|m| seen.push(m.type_name()));
    let expected = [
        "Linear",
        "ReLU",
        "Linear",
        "Sequential",
        "Linear",
        "Sequential",
    ];
    assert_eq!(seen, expected);
    let mut inner = 0;
    nested[0].apply(|_| inner += 1);
    assert_eq!(inner, 4);
}

#[test]
fn in_2_initialisers_can_choose_the_type_of_layer() {
    let mut seen = 0;
    net().apply_to::<Linear>(|_| seen += 1);
    assert_eq!(seen, 2);
}

#[test]
fn in_3_normal_weights_zero_biases_and_constants() {
    let net = sequential![Linear::new(100, 100), Linear::new(100, 1)];
    net.apply_to::<Linear>(|l| {
        l.weight.normal_(0.0, 0.01);
        l.bias.zero_();
    });
    let first: &Linear = net.get(0).unwrap();
    let std = first.weight.square().mean().item().sqrt();
    assert_close(std, 0.01, 0.0005);
    assert_eq!(first.bias.abs().max().item(), 0.0);
    net[1].apply_to::<Linear>(|l| {
        l.weight.init(Constant(42.0));
    });
    let second: &Linear = net.get(1).unwrap();
    assert_eq!(*second.weight, Tensor::full([1, 100], 42f32));
}

#[test]
fn in_4_xavier_starts_within_its_bound_on_layers_without_a_shape_too() {
    manual_seed(4);
    let net = sequential![LazyLinear::new(200), ReLU, Linear::new(200, 300)];
    net.apply_to::<Linear>(|l| _ = d2l::init::xavier_uniform_(&l.weight));
    net.forward(&Tensor::ones([1, 300]));
    for p in net.parameters_matching("*.weight") {
        assert_close(p.abs().max().item(), 0.10954, 0.0001);
    }
}

/// Uniform in ±10, and 0 where that is below 5 in magnitude.
struct Mine;

impl Initializer for Mine {
    fn init(&self, t: &Tensor) {
        t.uniform_(-10.0, 10.0);
        t.mul_(t.abs().ge(5.0));
    }
}

#[test]
fn in_5_an_initialiser_of_ones_own() {
    let layer = LazyLinear::new(100).kernel_initializer(Mine);
    layer.forward(&Tensor::ones([1, 100]));
    let sizes = layer.weight.abs().to_vec::<f32>();
    assert!(sizes.iter().all(|&w| w == 0.0 || (5.0..=10.0).contains(&w)));
    let zeros = sizes.iter().filter(|&&w| w == 0.0).count();
    assert!((4000..6000).contains(&zeros), "{zeros} of 10000 are 0");
}

#[test]
fn in_6_values_can_be_edited() {
    let layer = Linear::new(4, 8);
    layer.weight.fill_(0.5);
    no_grad(|| {
        layer.weight.add_(1.0);
        layer.weight.set((0, 0), 42.0);
    });
    assert_eq!(layer.weight.i(0), Tensor::from([42.0, 1.5, 1.5, 1.5]));
}

#[test]
fn in_7_dense_layers_start_uniform_within_the_root_of_their_inputs() {
    manual_seed(7);
    let (eager, lazy) = (Linear::new(16, 1000), LazyLinear::new(1000));
    lazy.forward(&Tensor::ones([1, 16]));
    for layer in [&eager as &dyn Module, &lazy] {
        for p in layer.parameters() {
            let bound = p.abs().max().item();
            assert!((0.24..=0.25).contains(&bound), "{bound}");
            assert!(p.mean().item().abs() < 0.02);
        }
    }
}

#[test]
fn in_8_the_weights_of_recurrent_layers_are_chosen_by_name() {
    manual_seed(8);
    let gru = GRU::new(4, 8).num_layers(2).bidirectional(true);
    let before = gru.state_dict();
    let weights = gru.parameters_matching("weight_*");
    assert_eq!(weights.len(), 8);
    for w in &weights {
        d2l::init::xavier_uniform_(w);
    }
    for (name, p) in gru.named_parameters() {
        let same = before.get(&name) == Some(&p.detach());
        assert_eq!(same, name.starts_with("bias_"), "{name}");
    }
    let bound = (6f64 / (24.0 + 4.0)).sqrt();
    let named = gru.named_parameters();
    let first = named.iter().find(|p| p.0 == "weight_ih_l0_reverse");
    assert_close(first.expect("its name").1.abs().max().item(), bound, 0.05);
}
